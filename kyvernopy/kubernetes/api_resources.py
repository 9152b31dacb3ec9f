"""The built-in resources of Kubernetes: group, version, kind, plural and whether they have namespaces.

These are the resources that Kyverno's command line knows without a cluster (spec 08 §4.2); everything else has
namespaces and a plural by the usual rule. That rule gives the plurals of all built-in kinds too, so the table names
kinds only, once a group and version, and their subresources.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["API_RESOURCES", "ApiResource", "is_cluster_scoped", "plural_of"]


@dataclass(frozen=True, slots=True)
class ApiResource:
    """A resource or subresource that a server offers; `plural` is the last part of its path, such as `pods/exec`.

    `group` and `version` are those of its kind, which a subresource may take from another group than its parent's.
    """

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool


# Group, version, kinds with namespaces, kinds of the cluster.
KINDS = (
    (
        "",
        "v1",
        """Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController
        ResourceQuota Secret Service ServiceAccount""",
        "ComponentStatus Namespace Node PersistentVolume",
    ),
    (
        "admissionregistration.k8s.io",
        "v1",
        "",
        """MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
        ValidatingWebhookConfiguration""",
    ),
    ("apiextensions.k8s.io", "v1", "", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "v1", "", "APIService"),
    ("apps", "v1", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", ""),
    ("authentication.k8s.io", "v1", "", "SelfSubjectReview TokenReview"),
    (
        "authorization.k8s.io",
        "v1",
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    ),
    ("autoscaling", "v1", "HorizontalPodAutoscaler", ""),
    ("autoscaling", "v2", "HorizontalPodAutoscaler", ""),
    ("batch", "v1", "CronJob Job", ""),
    ("certificates.k8s.io", "v1", "", "CertificateSigningRequest"),
    ("coordination.k8s.io", "v1", "Lease", ""),
    ("discovery.k8s.io", "v1", "EndpointSlice", ""),
    ("events.k8s.io", "v1", "Event", ""),
    ("flowcontrol.apiserver.k8s.io", "v1", "", "FlowSchema PriorityLevelConfiguration"),
    ("networking.k8s.io", "v1", "Ingress NetworkPolicy", "IngressClass IPAddress ServiceCIDR"),
    ("node.k8s.io", "v1", "", "RuntimeClass"),
    ("policy", "v1", "PodDisruptionBudget", ""),
    ("rbac.authorization.k8s.io", "v1", "Role RoleBinding", "ClusterRole ClusterRoleBinding"),
    ("resource.k8s.io", "v1", "ResourceClaim ResourceClaimTemplate", "DeviceClass ResourceSlice"),
    ("scheduling.k8s.io", "v1", "", "PriorityClass"),
    (
        "storage.k8s.io",
        "v1",
        "CSIStorageCapacity",
        "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass",
    ),
)

# Kinds with a subresource of their own kind, and those with any of another kind.
OWN_SUBRESOURCES = {
    "status": """APIService CertificateSigningRequest CronJob CustomResourceDefinition DaemonSet Deployment FlowSchema
    HorizontalPodAutoscaler Ingress Job Namespace Node PersistentVolume PersistentVolumeClaim Pod PodDisruptionBudget
    PriorityLevelConfiguration ReplicaSet ReplicationController ResourceClaim ResourceQuota Service ServiceCIDR
    StatefulSet ValidatingAdmissionPolicy VolumeAttachment""",
    "approval": "CertificateSigningRequest",
    "ephemeralcontainers": "Pod",
    "finalize": "Namespace",
    "log": "Pod",
    "resize": "Pod",
}
OTHER_SUBRESOURCES = (
    ApiResource("", "v1", "NodeProxyOptions", "nodes/proxy", namespaced=False),
    ApiResource("", "v1", "PodAttachOptions", "pods/attach", namespaced=True),
    ApiResource("", "v1", "Binding", "pods/binding", namespaced=True),
    ApiResource("policy", "v1", "Eviction", "pods/eviction", namespaced=True),
    ApiResource("", "v1", "PodExecOptions", "pods/exec", namespaced=True),
    ApiResource("", "v1", "PodPortForwardOptions", "pods/portforward", namespaced=True),
    ApiResource("", "v1", "PodProxyOptions", "pods/proxy", namespaced=True),
    ApiResource("", "v1", "ServiceProxyOptions", "services/proxy", namespaced=True),
    ApiResource("authentication.k8s.io", "v1", "TokenRequest", "serviceaccounts/token", namespaced=True),
    ApiResource("autoscaling", "v1", "Scale", "deployments/scale", namespaced=True),
    ApiResource("autoscaling", "v1", "Scale", "replicasets/scale", namespaced=True),
    ApiResource("autoscaling", "v1", "Scale", "replicationcontrollers/scale", namespaced=True),
    ApiResource("autoscaling", "v1", "Scale", "statefulsets/scale", namespaced=True),
)


def plural_of(group: str, kind: str) -> str:
    """The name of a kind in paths; `group` makes no difference among the built-in kinds."""
    del group
    name = kind.lower()
    if name == "endpoints":
        return name
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def is_cluster_scoped(group: str, kind: str) -> bool:
    """Whether the kind is known to have no namespaces; its version makes no difference."""
    return (group, kind) in CLUSTER_KINDS


def _resources() -> list[ApiResource]:
    """The table, one row a kind and version, without subresources."""
    return [
        ApiResource(group, version, kind, plural_of(group, kind), kinds is with_namespaces)
        for group, version, with_namespaces, of_cluster in KINDS
        for kinds in (with_namespaces, of_cluster)
        for kind in kinds.split()
    ]


def _own_subresources(resource: ApiResource) -> list[ApiResource]:
    """The subresources of a resource that have its kind."""
    return [
        ApiResource(resource.group, resource.version, resource.kind, f"{resource.plural}/{name}", resource.namespaced)
        for name, kinds in OWN_SUBRESOURCES.items()
        if resource.kind in kinds.split()
    ]


RESOURCES = tuple(_resources())
API_RESOURCES = (*RESOURCES, *(own for one in RESOURCES for own in _own_subresources(one)), *OTHER_SUBRESOURCES)
CLUSTER_KINDS = frozenset({(one.group, one.kind) for one in API_RESOURCES if not one.namespaced})
