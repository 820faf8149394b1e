"""schemathesis over the OpenAPI description: no request brings the service down, and answers are as described."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.service.api import Api

schemathesis = pytest.importorskip("schemathesis", reason="pip install 'lucid3d[dev]'")


def test_every_endpoint_answers_as_described(idle: Api) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{idle.port}/openapi.json")
    covered = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.endswith("/events"):
            continue  # a stream, which another test reads

        @settings(
            max_examples=8, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )  # fmt: skip
        @pytest.mark.filterwarnings("ignore")
        def check(case) -> None:
            response = case.call()
            assert response.status_code < 500 or response.status_code == 507, response.text
            assert (
                str(response.status_code) in case.operation.definition.raw["responses"] or response.status_code == 405
            )
            if response.status_code >= 400:
                assert set(response.json()) == {"code", "message"}

        from hypothesis import given

        given(case=operation.as_strategy())(check)()
        covered.add((operation.method, operation.path))
    assert len(covered) > 15
