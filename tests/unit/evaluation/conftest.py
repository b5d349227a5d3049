from tests.unit.training.conftest import bundled_is_tiny, tiny_model  # noqa: F401 (fixtures)
