"""The server's API, noun by noun. Answers are JSON as they came: see records for their meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

from spinebench.errors import LostConnectionError
from spinebench.transport import ORDINARY, Patience, Transport

MOST_ITEMS = 200


class Api:
    """One method a request; each raises SpinebenchError when there is no good answer."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def url(self) -> str:
        """The server's address."""
        return self._transport.base_url

    def get_me(self) -> Any:
        """Who the token belongs to."""
        return self._get("/me")

    def get_benchmarks(self) -> Any:
        """Every benchmark."""
        return self._get("/benchmarks")

    def get_benchmark(self, slug: str) -> Any:
        """One benchmark with taxonomy, rubric and prompts."""
        return self._get(f"/benchmarks/{quote(slug)}")

    def get_ranking(
        self,
        benchmark: str,
        split: str,
        release: int | None = None,
        *,
        board: str | None = None,
        controls_style: bool = False,
    ) -> Any:
        """The split's ranking, or that of a closed release; by reports with style controlled."""
        query = {} if release is None else {"release": str(release)}
        if board is not None:
            query["board"] = board
        if controls_style:
            query |= {"board": "report", "style": "controlled"}
        return self._get(f"/rankings/{quote(benchmark)}/{quote(split)}", query)

    def get_formats(self) -> Any:
        """The formats of other software that results and benchmarks are given in."""
        return self._get("/exports")

    def download_export(
        self,
        benchmark: str,
        model: str | None,
        key: str,
        query: Mapping[str, str],
        target: BinaryIO,
        on_received: Callable[[int, int | None], None],
    ) -> None:
        """Writes a benchmark, or the results of a model, in a format into `target`."""
        of_model = f"/models/{quote(model)}" if model else ""
        path = f"/benchmarks/{quote(benchmark)}{of_model}/exports/{quote(key)}"
        asked = f"?{urlencode(query)}" if query else ""
        self._transport.download(path + asked, target, on_received)

    def get_models(self) -> Any:
        """The model cards of the caller's teams."""
        return self._get("/models")

    def get_submissions(self, limit: int) -> Any:
        """The caller's teams' latest submissions."""
        return self._get("/submissions", {"limit": str(limit)})

    def get_submission(self, id: str, patience: Patience = ORDINARY) -> Any:
        """One submission as it stands."""
        path = f"/submissions/{quote(id)}"
        return self._transport.get_json(path, {}, patience)

    def get_results(self, id: str) -> Any:
        """A scored submission's scores."""
        return self._get(f"/submissions/{quote(id)}/results")

    def get_items(self, id: str, page: int, filters: Mapping[str, str]) -> Any:
        """One page of a submission's items, as many as the server gives at once."""
        asked = {**filters, "page": str(page), "limit": str(MOST_ITEMS)}
        return self._get(f"/submissions/{quote(id)}/items", asked)

    def download_items(
        self,
        id: str,
        filters: Mapping[str, str],
        target: BinaryIO,
        on_received: Callable[[int, int | None], None],
    ) -> None:
        """Writes a submission's items into `target` as CSV."""
        query = f"?{urlencode(filters)}" if filters else ""
        self._transport.download(f"/submissions/{quote(id)}/items.csv{query}", target, on_received)

    def download_package(
        self,
        benchmark: str,
        split: str,
        target: BinaryIO,
        on_received: Callable[[int, int | None], None],
    ) -> None:
        """Writes the split's zip into `target`."""
        path = f"/benchmarks/{quote(benchmark)}/splits/{quote(split)}/package"
        self._transport.download(path, target, on_received)

    def download_bundle(
        self, id: str, target: BinaryIO, on_received: Callable[[int, int | None], None]
    ) -> None:
        """Writes what a submission's scores follow from, as a zip, into `target`."""
        self._transport.download(f"/submissions/{quote(id)}/bundle", target, on_received)

    def create_model(self, card: Mapping[str, Any]) -> Any:
        """Adds a model card."""
        return self._transport.post_json("/models", card)

    def change_model(self, slug: str, facts: Mapping[str, Any]) -> Any:
        """Changes these facts of a model card; None takes one away."""
        return self._transport.patch_json(f"/models/{slug}", facts)

    def get_objections(self) -> Any:
        """What the caller objected to."""
        return self._get("/objections")

    def get_objection(self, id: str) -> Any:
        """One objection with its answer."""
        return self._get(f"/objections/{quote(id)}")

    def create_objection(self, objection: Mapping[str, Any]) -> Any:
        """Objects to an item, or to what it gave."""
        return self._transport.post_json("/objections", objection)

    def get_endpoints(self) -> Any:
        """The model endpoints of the caller's teams."""
        return self._get("/endpoints")

    def get_endpoint(self, id: str) -> Any:
        """One endpoint with its last test."""
        return self._get(f"/endpoints/{quote(id)}")

    def create_endpoint(self, endpoint: Mapping[str, Any]) -> Any:
        """Registers an endpoint."""
        return self._transport.post_json("/endpoints", endpoint)

    def test_endpoint(self, id: str) -> Any:
        """Has a worker test an endpoint; the endpoint as it then is."""
        return self._transport.post_json(f"/endpoints/{quote(id)}/test", None)

    def delete_endpoint(self, id: str) -> Any:
        """Deletes an endpoint."""
        return self._transport.delete(f"/endpoints/{quote(id)}")

    def submit_endpoint(self, fields: Sequence[tuple[str, str]]) -> Any:
        """Submits an endpoint to be asked."""
        try:
            return self._transport.post_form("/submissions", fields)
        except LostConnectionError as error:
            error.remedy = (
                "It may have arrived: `spinebench status` shows it then. Submitting again is "
                "safe: only one run at a time is accepted for a model."
            )
            raise

    def validate(
        self, fields: Mapping[str, str], file: Path, on_sent: Callable[[int], None]
    ) -> Any:
        """The server's dry run over a prediction file."""
        try:
            return self._transport.post_file("/validations", fields, file, on_sent)
        except LostConnectionError as error:
            error.remedy = "Nothing was submitted: simply run it again."
            raise

    def submit(self, fields: Mapping[str, str], file: Path, on_sent: Callable[[int], None]) -> Any:
        """Sends a prediction file to be scored."""
        try:
            return self._transport.post_file("/submissions", fields, file, on_sent)
        except LostConnectionError as error:
            error.remedy = (
                "The file may have arrived: `spinebench status` shows it then. Sending it again "
                "is safe, because the same file is never accepted twice."
            )
            raise

    def cancel(self, id: str) -> Any:
        """Cancels a submission that is not finished."""
        try:
            return self._transport.post_json(f"/submissions/{quote(id)}/cancel", None)
        except LostConnectionError as error:
            error.remedy = f"Run `spinebench status {id}` to see whether it was cancelled."
            raise

    def choose(self, id: str) -> Any:
        """Has the model of a submission stand by it, now or at the next release."""
        try:
            return self._transport.post_json(f"/submissions/{quote(id)}/choose", None)
        except LostConnectionError as error:
            error.remedy = "Simply run it again: choosing the same submission twice is safe."
            raise

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return self._transport.get_json(path, params or {}, ORDINARY)
