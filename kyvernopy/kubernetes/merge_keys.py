"""Which lists of built-in kinds merge element by element, and by which keys (spec 04 §3.4.1).

The facts are those of Kubernetes 1.21, the schema that Kyverno merges with. They are kept by type, as the API has them,
and joined when the module is imported into one tree for each kind: a walk asks a dict a level, and where nothing below
merges there is no tree to walk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Merging", "merge_keys"]


@dataclass(frozen=True, slots=True, eq=False)
class Merging:
    """A place in a kind: a list that merges by `keys`, a set of scalars if these are none, or a map if they are None.

    `below` are the places in the map, or in each element of the list, that lead to merging lists.
    """

    keys: tuple[str, ...] | None = None
    below: Mapping[str, Merging] = field(default_factory=dict)
    key: str | None = None  # the only one, if there is one


def _map(**below: Merging) -> Merging:
    return Merging(None, dict(sorted(below.items())))


def _by(*keys: str, element: Merging | None = None) -> Merging:
    """A list that merges by keys; its elements are the maps `element`."""
    return Merging(keys, element.below if element else {}, keys[0] if len(keys) == 1 else None)


# --- Types ---

_SET = Merging(())
_CONDITIONS = _by("type")
_METADATA = _map(finalizers=_SET, ownerReferences=_by("uid"))

_EPHEMERAL_CONTAINER = _map(env=_by("name"), volumeDevices=_by("devicePath"), volumeMounts=_by("mountPath"))
_CONTAINER = _map(
    env=_by("name"),
    ports=_by("containerPort", "protocol"),
    volumeDevices=_by("devicePath"),
    volumeMounts=_by("mountPath"),
)
_VOLUME = _map(ephemeral=_map(volumeClaimTemplate=_map(metadata=_METADATA)))
_POD_SPEC = _map(
    containers=_by("name", element=_CONTAINER),
    ephemeralContainers=_by("name", element=_EPHEMERAL_CONTAINER),
    hostAliases=_by("ip"),
    imagePullSecrets=_by("name"),
    initContainers=_by("name", element=_CONTAINER),
    topologySpreadConstraints=_by("topologyKey", "whenUnsatisfiable"),
    volumes=_by("name", element=_VOLUME),
)
_POD_TEMPLATE = _map(metadata=_METADATA, spec=_POD_SPEC)


# --- Kinds ---


def _object(**members: Merging) -> Merging:
    return _map(metadata=_METADATA, **members)


_PLAIN = _object()
_WITH_CONDITIONS = _object(status=_map(conditions=_CONDITIONS))
_WORKLOAD = _object(spec=_map(template=_POD_TEMPLATE), status=_map(conditions=_CONDITIONS))
_CRON_JOB = _object(spec=_map(jobTemplate=_map(metadata=_METADATA, spec=_map(template=_POD_TEMPLATE))))
_WEBHOOKS = _object(webhooks=_by("name"))
_CSI_NODE = _object(spec=_map(drivers=_by("name")))

_KINDS: dict[str, dict[str, Merging]] = {
    "v1": {
        "ComponentStatus": _object(conditions=_CONDITIONS),
        "Node": _object(spec=_map(podCIDRs=_SET), status=_map(addresses=_by("type"), conditions=_CONDITIONS)),
        "Pod": _object(spec=_POD_SPEC, status=_map(conditions=_CONDITIONS, podIPs=_by("ip"))),
        "PodTemplate": _object(template=_POD_TEMPLATE),
        "Service": _object(spec=_map(ports=_by("port", "protocol")), status=_map(conditions=_CONDITIONS)),
        "ServiceAccount": _object(secrets=_by("name")),
    },
}

_SHARED = [
    (
        _PLAIN,
        """
        v1: Binding ConfigMap Endpoints Event LimitRange PersistentVolume ResourceQuota Secret
        apiextensions.k8s.io/v1: CustomResourceDefinition
        apiextensions.k8s.io/v1beta1: CustomResourceDefinition
        apps/v1: ControllerRevision
        authentication.k8s.io/v1: TokenRequest TokenReview
        authentication.k8s.io/v1beta1: TokenReview
        authorization.k8s.io/v1: LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview
        authorization.k8s.io/v1: SubjectAccessReview
        authorization.k8s.io/v1beta1: LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview
        authorization.k8s.io/v1beta1: SubjectAccessReview
        autoscaling/v1: HorizontalPodAutoscaler Scale
        autoscaling/v2beta1: HorizontalPodAutoscaler
        autoscaling/v2beta2: HorizontalPodAutoscaler
        certificates.k8s.io/v1: CertificateSigningRequest
        certificates.k8s.io/v1beta1: CertificateSigningRequest
        coordination.k8s.io/v1: Lease
        coordination.k8s.io/v1beta1: Lease
        discovery.k8s.io/v1: EndpointSlice
        discovery.k8s.io/v1beta1: EndpointSlice
        events.k8s.io/v1: Event
        events.k8s.io/v1beta1: Event
        extensions/v1beta1: Ingress
        flowcontrol.apiserver.k8s.io/v1beta1: FlowSchema PriorityLevelConfiguration
        networking.k8s.io/v1: Ingress IngressClass NetworkPolicy
        networking.k8s.io/v1beta1: Ingress IngressClass
        node.k8s.io/v1: RuntimeClass
        node.k8s.io/v1beta1: RuntimeClass
        policy/v1beta1: Eviction PodSecurityPolicy
        rbac.authorization.k8s.io/v1: ClusterRole ClusterRoleBinding Role RoleBinding
        rbac.authorization.k8s.io/v1beta1: ClusterRole ClusterRoleBinding Role RoleBinding
        scheduling.k8s.io/v1: PriorityClass
        scheduling.k8s.io/v1beta1: PriorityClass
        storage.k8s.io/v1: CSIDriver StorageClass VolumeAttachment
        storage.k8s.io/v1beta1: CSIDriver CSIStorageCapacity StorageClass VolumeAttachment""",
    ),
    (
        _WITH_CONDITIONS,
        """
        v1: Namespace PersistentVolumeClaim
        apiregistration.k8s.io/v1: APIService
        apiregistration.k8s.io/v1beta1: APIService
        policy/v1: PodDisruptionBudget
        policy/v1beta1: PodDisruptionBudget""",
    ),
    (
        _WORKLOAD,
        """
        v1: ReplicationController
        apps/v1: DaemonSet Deployment ReplicaSet StatefulSet
        batch/v1: Job""",
    ),
    (
        _CRON_JOB,
        """
        batch/v1: CronJob
        batch/v1beta1: CronJob""",
    ),
    (
        _CSI_NODE,
        """
        storage.k8s.io/v1: CSINode
        storage.k8s.io/v1beta1: CSINode""",
    ),
    (
        _WEBHOOKS,
        """
        admissionregistration.k8s.io/v1: MutatingWebhookConfiguration ValidatingWebhookConfiguration
        admissionregistration.k8s.io/v1beta1: MutatingWebhookConfiguration ValidatingWebhookConfiguration""",
    ),
]

for _places, _lines in _SHARED:
    for _line in _lines.split("\n"):
        _version, _, _names = _line.strip().partition(": ")
        _KINDS.setdefault(_version, {}).update(dict.fromkeys(_names.split(), _places))

_BY_KIND = {(version, kind): places for version, kinds in _KINDS.items() for kind, places in kinds.items()}


def merge_keys(api_version: object, kind: object) -> Merging | None:
    """The places of a kind that lead to merging lists; None for kinds that Kubernetes 1.21 does not have."""
    return _BY_KIND.get((api_version, kind)) if isinstance(api_version, str) and isinstance(kind, str) else None
