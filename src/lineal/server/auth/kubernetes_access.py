"""What users can do according to Kubernetes: the API server is asked with SubjectAccessReviews.

Each namespace of a Kubeflow profile is a workspace. Users who may `get` the resource `workspaces.lineal.dev` in this
namespace read the workspace, and those who may also `update` it write into it. There are no such objects: the names are
only for roles. The same rights in the whole cluster are rights in the whole store, and the right to everything there
(`*`) makes an admin.

Answers are remembered for a minute, and requests of one user that arrive together ask once: a question costs one review
for each namespace. What stays out: whether a name is genuine (authenticator.py).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeAlias

from kubernetes import client, config
from urllib3 import disable_warnings
from urllib3.exceptions import HTTPError, InsecureRequestWarning

from lineal import errors
from lineal.service.access import Caller, Role, Scope, scope_of

GROUP, RESOURCE = "lineal.dev", "workspaces"
READ, WRITE, EVERYTHING = "get", "update", "*"
REMEMBER_SECONDS = 60.0
_TIMEOUT = (5.0, 10.0)
_AT_ONCE = 8
_KEPT_CONNECTIONS = 64
_MOST_REMEMBERED = 10_000
_EVERYBODY = "system:authenticated"
_SERVICE_ACCOUNT = "system:serviceaccount:"
_Question: TypeAlias = tuple[str, str, tuple[str, ...]]
"""How a user was recognised, their name, and their groups."""
_log = logging.getLogger(__name__)
kube_config: Any = config  # its functions are not typed


class KubernetesAccess:
    """The rights of users in the cluster of this process, or of KUBECONFIG. Safe for any number of threads."""

    def __init__(self, selector: str) -> None:
        """Read how to reach the API server; nothing is asked yet.

        Args:
            selector: the labels of the namespaces that are workspaces, such as `team=a`.

        Raises:
            FailedPreconditionError: neither a service account nor a kubeconfig says how to reach it.
        """
        api = client.ApiClient(_configuration())
        self._reviews: Any = client.AuthorizationV1Api(api)
        self._cluster: Any = client.CoreV1Api(api)
        self._selector = selector
        self._pool = ThreadPoolExecutor(_AT_ONCE, "kubernetes-access")
        self._lock = threading.Lock()
        self._known: dict[_Question, tuple[float, Caller | None]] = {}
        self._asked: dict[_Question, Future[Caller | None]] = {}
        self._namespaces: tuple[float, tuple[str, ...]] = (0.0, ())

    def caller(self, user: str, groups: Sequence[str] = (), *, way: str = "") -> Caller | None:
        """Return the caller that a user is, or None if they have no rights.

        Raises:
            UnavailableError: the API server does not answer.
        """
        question = (way, user, tuple(groups))
        with self._lock:
            until, known = self._known.get(question, (0.0, None))
            if until > time.monotonic():
                return known
            others = self._asked.get(question)
            asked = self._asked.setdefault(question, Future())
        if others is None:
            self._answer(question, asked)
        return asked.result()

    def _answer(self, question: _Question, asked: Future[Caller | None]) -> None:
        """Ask, and give the answer or the error to everybody who waits for it; only an answer is remembered."""
        try:
            found = self._ask(*question)
        except BaseException as error:
            with self._lock:
                del self._asked[question]
            asked.set_exception(error)
            return
        with self._lock:
            del self._asked[question]
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[question] = (time.monotonic() + REMEMBER_SECONDS, found)
        asked.set_result(found)

    def _ask(self, way: str, user: str, groups: tuple[str, ...]) -> Caller | None:
        def may(verb: str, namespace: str = "") -> bool:
            return self._allowed(user, [*_groups_of(user), *groups], verb, namespace)

        if may(EVERYTHING):
            return Caller(user, Role.ADMIN, way=way)
        sees_all, names = may(READ), self._workspaces()
        if sees_all and may(WRITE):
            return Caller(user, Role.WRITER, way=way)
        read = list(names) if sees_all else _chosen(names, self._pool.map(lambda name: may(READ, name), names))
        written = _chosen(read, self._pool.map(lambda name: may(WRITE, name), read))
        if not (sees_all or read):
            return None
        scope = None if sees_all else scope_of(read)
        if not written:
            return Caller(user, Role.READER, scope, way)
        return Caller(user, Role.WRITER, scope, way, writing=_fewer(scope_of(written), scope))

    def _allowed(self, user: str, groups: list[str], verb: str, namespace: str) -> bool:
        asked = {"group": GROUP, "resource": RESOURCE, "verb": verb, "namespace": namespace}
        spec = {"user": user, "groups": groups, "resourceAttributes": asked}
        try:
            answer = self._reviews.create_subject_access_review({"spec": spec}, _request_timeout=_TIMEOUT)
        except (client.ApiException, HTTPError) as error:
            raise _unavailable(error) from None
        return bool(answer.status.allowed)

    def _workspaces(self) -> tuple[str, ...]:
        until, names = self._namespaces
        if until < time.monotonic():
            try:
                found = self._cluster.list_namespace(label_selector=self._selector, _request_timeout=_TIMEOUT)
            except (client.ApiException, HTTPError) as error:
                raise _unavailable(error) from None
            names = tuple(one.metadata.name for one in found.items)
            self._namespaces = (time.monotonic() + REMEMBER_SECONDS, names)
        return names


def _configuration() -> Any:
    made = client.Configuration()
    try:
        try:
            kube_config.load_incluster_config(client_configuration=made)
        except config.ConfigException:
            kube_config.load_kube_config(os.environ.get("KUBECONFIG"), client_configuration=made)
    except config.ConfigException as error:
        raise errors.FailedPreconditionError(
            f"--kubernetes-access finds no API server: {error}; run the server in a pod with a service account, or set "
            "KUBECONFIG"
        ) from None
    made.connection_pool_maxsize = _KEPT_CONNECTIONS  # those of the pool, and one of each thread that has a caller
    made.retries = 1  # a caller waits meanwhile, and so does a thread of the server
    if not made.verify_ssl:
        _log.warning("the certificate of the cluster is not verified, because its configuration says so")
        disable_warnings(InsecureRequestWarning)
    return made


def _groups_of(user: str) -> list[str]:
    """Return the groups that Kubernetes gives every user, and those of service accounts."""
    if not user.startswith(_SERVICE_ACCOUNT):
        return [_EVERYBODY]
    namespace = user.removeprefix(_SERVICE_ACCOUNT).partition(":")[0]
    return [_EVERYBODY, "system:serviceaccounts", f"system:serviceaccounts:{namespace}"]


def _chosen(names: Sequence[str], answers: Any) -> list[str]:
    return [name for name, answer in zip(names, answers, strict=True) if answer]


def _fewer(writing: Scope, scope: Scope | None) -> Scope | None:
    return None if scope is not None and set(writing.workspaces) == set(scope.workspaces) else writing


def _unavailable(error: Exception) -> errors.UnavailableError:
    status = getattr(error, "status", None)
    hint = "; does the server's service account have its cluster role?" if status == 403 else "; try again"
    return errors.UnavailableError(
        f"the API server of Kubernetes does not say what callers can do ({status or type(error).__name__}){hint}"
    )
