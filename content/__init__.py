"""The bundled benchmark, SpineBench-Mini: its sources, the phantoms drawn for it, its build."""
