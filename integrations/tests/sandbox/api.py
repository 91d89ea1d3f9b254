"""Calls to the sandbox as an application makes them, for short tests."""

from __future__ import annotations

from typing import Any, cast

import requests

from integrations.sandbox.server import SandboxServer


class Api:
    """A session with a valid token; methods answer with the response, paths are below /v3."""

    def __init__(self, sandbox: SandboxServer, **grant: Any) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.sign_in(**grant)

    def sign_in(self, **grant: Any) -> None:
        """Take a new token; one lasts a day."""
        self.use(self.sandbox.issue_token(**grant)["access_token"])

    def use(self, token: str) -> None:
        self.session.headers["Authorization"] = f"Bearer {token}"

    def _call(self, method: str, path: str, **details: Any) -> requests.Response:
        url = self.sandbox.url + path if path.startswith("/v3/") else f"{self.sandbox.api_url}/{path}"
        return self.session.request(method, url, timeout=30, **details)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self._call("GET", path, params=params)

    def post(self, path: str, body: Any = None, **details: Any) -> requests.Response:
        return self._call("POST", path, json=body, **details)

    def put(self, path: str, body: Any) -> requests.Response:
        return self._call("PUT", path, json=body)

    def delete(self, path: str) -> requests.Response:
        return self._call("DELETE", path)

    # Things most tests need

    def new_list(self, name: str = "Members") -> str:
        return cast(str, self.post("contact_lists", {"name": name}).json()["list_id"])

    def new_field(self, label: str = "Member Type", kind: str = "string") -> dict[str, Any]:
        answer = self.post("contact_custom_fields", {"label": label, "type": kind})
        return cast(dict[str, Any], answer.json())

    def new_contact(self, email: str = "ada@example.org", **body: Any) -> dict[str, Any]:
        given = {"email_address": {"address": email}, "create_source": "Account", **body}
        answer = self.post("contacts", given)
        assert answer.status_code == 201, answer.text
        return cast(dict[str, Any], answer.json())

    def put_contact(self, contact_id: str, **body: Any) -> requests.Response:
        given = {"email_address": {"address": "ada@example.org"}, "update_source": "Account", **body}
        return self.put(f"contacts/{contact_id}", given)

    def import_rows(self, rows: list[dict[str, Any]], *list_ids: str) -> dict[str, Any]:
        """Import, wait, and answer with the finished activity."""
        answer = self.post(
            "activities/contacts_json_import", {"import_data": rows, "list_ids": list(list_ids)}
        )
        assert answer.status_code == 201, answer.text
        return self.finished(answer)

    def finished(self, answer: requests.Response) -> dict[str, Any]:
        found = self.get(answer.json()["_links"]["self"]["href"])
        return cast(dict[str, Any], found.json())


def service_error(answer: requests.Response) -> tuple[int, str, str]:
    """Status, key and message of an error in the service's shape, an array of one."""
    (error,) = answer.json()
    return answer.status_code, error["error_key"], error["error_message"]
