"""The checks of the policies as somebody would write them in Python for this one purpose.

They trust a Pod to have the types of the API, give one answer and no message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PATTERNS", "article", "twelve"]

KINDS_OF_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
PROFILES = ("RuntimeDefault", "Localhost")
SELINUX_TYPES = ("container_t", "container_init_t", "container_kvm_t", "container_engine_t")
SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)


# --- One pattern each ---


def no_privileged_containers(pod: dict[str, Any]) -> bool:
    spec = pod["spec"]
    for kind in KINDS_OF_CONTAINERS:
        for container in spec.get(kind, ()):
            if container.get("securityContext", {}).get("privileged", False) is not False:
                return False
    return True


def tag_is_not_latest(pod: dict[str, Any]) -> bool:
    for container in pod["spec"]["containers"]:  # noqa: SIM110  a generator would be slower
        if container["image"].endswith(":latest"):
            return False
    return True


def each_container_is_not_root(pod: dict[str, Any]) -> bool:
    spec = pod["spec"]
    for container in spec["containers"]:
        if container.get("securityContext", {}).get("runAsNonRoot") is not True:
            return False
    for container in spec.get("initContainers", ()):
        if container.get("securityContext", {}).get("runAsNonRoot") is not True:
            return False
    return True


PATTERNS = (no_privileged_containers, tag_is_not_latest, each_container_is_not_root)


# --- Whole policies ---


def article(resource: dict[str, Any]) -> bool:
    """Require runAsNonRoot of the Pod or of each container."""
    if resource["kind"] != "Pod":
        return True
    spec = resource["spec"]
    if spec.get("securityContext", {}).get("runAsNonRoot") is True:
        for kind in ("containers", "initContainers"):
            for container in spec.get(kind, ()):
                if container.get("securityContext", {}).get("runAsNonRoot", True) is not True:
                    break
            else:
                continue
            break
        else:
            return True
    return each_container_is_not_root(resource)


def twelve(resource: dict[str, Any]) -> list[bool]:
    """The answers of the twelve pod security policies, in the order of their file names."""
    spec = resource["spec"]
    contexts = [
        container.get("securityContext", {}) for kind in KINDS_OF_CONTAINERS for container in spec.get(kind, ())
    ]
    whole = spec.get("securityContext", {})
    return [
        all(CAPABILITIES.issuperset(one.get("capabilities", {}).get("add", ())) for one in contexts),
        not (spec.get("hostIPC") or spec.get("hostNetwork") or spec.get("hostPID")),
        not any("hostPath" in volume for volume in spec.get("volumes", ())),
        not any(port.get("hostPort") for port in _ports(spec)),
        not any(one.get("windowsOptions", {}).get("hostProcess") for one in (whole, *contexts)),
        all(one.get("allowPrivilegeEscalation") is False for one in contexts),
        not any(one.get("privileged") for one in contexts),
        all(one.get("runAsUser", 1) > 0 for one in (whole, *contexts)),
        all(one.get("procMount", "Default") == "Default" for one in contexts),
        _has_profile(whole, contexts),
        all(_selinux(one["seLinuxOptions"]) for one in (whole, *contexts) if "seLinuxOptions" in one),
        all(sysctl["name"] in SYSCTLS for sysctl in whole.get("sysctls", ())),
    ]


def _ports(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (
        port for kind in KINDS_OF_CONTAINERS for container in spec.get(kind, ()) for port in container.get("ports", ())
    )


def _has_profile(whole: dict[str, Any], contexts: list[dict[str, Any]]) -> bool:
    default = whole.get("seccompProfile", {}).get("type")
    if default is not None and default not in PROFILES:
        return False
    return all(one.get("seccompProfile", {}).get("type", default) in PROFILES for one in contexts)


def _selinux(options: dict[str, Any]) -> bool:
    return not options.get("user") and not options.get("role") and options.get("type", "container_t") in SELINUX_TYPES
