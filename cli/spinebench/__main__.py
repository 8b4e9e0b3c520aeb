"""`python -m spinebench`."""

from spinebench.main import main

if __name__ == "__main__":
    main()
