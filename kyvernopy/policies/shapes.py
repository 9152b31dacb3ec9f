"""The blocks of a policy that stay plain data: which fields they have, so that a misspelt one is found.

They are sources of context entries, selectors, and what rules for images, pod security and CEL consist of
(spec 02 §5, 05 §1, 06, 07 §3).
"""

from __future__ import annotations

from kyvernopy.policies.fields import Shape, items_of, map_of, one_of, read_flag, read_number, read_raw, read_text

TEXT = read_text
TEXTS = items_of(read_text)
TEXT_MAP = map_of(read_text)

ACTION = one_of("Audit", "Enforce", "audit", "enforce")
APPLY_RULES = one_of("All", "One")
ORDER = one_of("Ascending", "Descending")
FAILURE_POLICY = one_of("Ignore", "Fail")
OPERATION = one_of("CREATE", "UPDATE", "DELETE", "CONNECT")

# spec 03 §1.2: `Equal` and `NotEqual` are no operators to the schema, though Kyverno evaluates them.
OPERATOR = one_of(
    *("Equals", "NotEquals", "In", "AnyIn", "AllIn", "NotIn", "AnyNotIn", "AllNotIn"),
    *("GreaterThanOrEquals", "GreaterThan", "LessThanOrEquals", "LessThan"),
    *("DurationGreaterThanOrEquals", "DurationGreaterThan", "DurationLessThanOrEquals", "DurationLessThan"),
)


# --- Selectors and places of resources ---

REQUIREMENT = Shape.plain(key=read_text, operator=read_text, values=TEXTS)
SELECTOR = Shape.plain(matchLabels=TEXT_MAP, matchExpressions=items_of(REQUIREMENT.read))
CLONE = Shape.plain(namespace=read_text, name=read_text)
CLONE_LIST = Shape.plain(namespace=read_text, kinds=TEXTS, selector=SELECTOR.read)


# --- Sources of context entries ---

CREDENTIALS = Shape.plain(
    allowInsecureRegistry=read_flag,
    providers=items_of(one_of("default", "amazon", "azure", "google", "github")),
    secrets=TEXTS,
)
CONFIG_MAP = Shape.plain(name=read_text, namespace=read_text)
HEADER = Shape.plain(key=read_text, value=read_text)
SERVICE = Shape.plain(url=read_text, headers=items_of(HEADER.read), caBundle=read_text)
REQUEST_FIELD = Shape.plain(key=read_text, value=read_raw)
API_CALL = Shape.plain(
    {"method": "GET"},
    urlPath=read_text,
    method=one_of("GET", "POST"),
    data=items_of(REQUEST_FIELD.read),
    service=SERVICE.read,
    jmesPath=read_text,
    default=read_raw,
)
IMAGE_REGISTRY = Shape.plain(reference=read_text, jmesPath=read_text, imageRegistryCredentials=CREDENTIALS.read)
VARIABLE = Shape.plain(value=read_raw, jmesPath=read_text, default=read_raw)
GLOBAL_REFERENCE = Shape.plain(name=read_text, jmesPath=read_text)

# Context entries and conditions inside of plain data.
CONTEXT_ENTRY = Shape.plain(
    name=read_text,
    configMap=CONFIG_MAP.read,
    apiCall=API_CALL.read,
    imageRegistry=IMAGE_REGISTRY.read,
    variable=VARIABLE.read,
    globalReference=GLOBAL_REFERENCE.read,
)
CONDITION = Shape.plain(key=read_raw, operator=OPERATOR, value=read_raw, message=read_text)
CONDITIONS = Shape.plain(any=items_of(CONDITION.read), all=items_of(CONDITION.read))

GENERATE_FOREACH = Shape.plain(
    list=read_text,
    context=items_of(CONTEXT_ENTRY.read),
    preconditions=CONDITIONS.read,
    apiVersion=read_text,
    kind=read_text,
    namespace=read_text,
    name=read_text,
    uid=read_text,
    data=read_raw,
    clone=CLONE.read,
    cloneList=CLONE_LIST.read,
)


# --- CEL ---

MATCH_CONDITION = Shape.plain(name=read_text, expression=read_text)
EXPRESSION = Shape.plain(expression=read_text, message=read_text, reason=read_text, messageExpression=read_text)
CEL = Shape.plain(
    expressions=items_of(EXPRESSION.read),
    variables=items_of(MATCH_CONDITION.read),
    auditAnnotations=items_of(Shape.plain(key=read_text, valueExpression=read_text).read),
    paramKind=Shape.plain(apiVersion=read_text, kind=read_text).read,
    paramRef=Shape.plain(
        name=read_text, namespace=read_text, selector=SELECTOR.read, parameterNotFoundAction=read_text
    ).read,
    generate=read_flag,
)


# --- Pod security ---

POD_SECURITY = Shape.plain(
    level=one_of("privileged", "baseline", "restricted"),
    version=read_text,
    exclude=items_of(
        Shape.plain(controlName=read_text, images=TEXTS, restrictedField=read_text, values=TEXTS).read,
    ),
)


# --- Images and manifests ---

REKOR = Shape.plain(url=read_text, pubkey=read_text, ignoreTlog=read_flag)
CTLOG = Shape.plain(ignoreSCT=read_flag, pubkey=read_text, tsaCertChain=read_text)
KEYS = Shape.plain(
    publicKeys=read_text,
    secret=Shape.plain(name=read_text, namespace=read_text).read,
    kms=read_text,
    signatureAlgorithm=read_text,
    rekor=REKOR.read,
    ctlog=CTLOG.read,
)
CERTIFICATES = Shape.plain(cert=read_text, certChain=read_text, rekor=REKOR.read, ctlog=CTLOG.read)
KEYLESS = Shape.plain(
    issuer=read_text,
    issuerRegExp=read_text,
    subject=read_text,
    subjectRegExp=read_text,
    roots=read_text,
    additionalExtensions=TEXT_MAP,
    rekor=REKOR.read,
    ctlog=CTLOG.read,
)
ATTESTOR = Shape.plain(
    keys=KEYS.read,
    certificates=CERTIFICATES.read,
    keyless=KEYLESS.read,
    attestor=read_raw,  # a set of attestors in turn; the schema lets everything pass
    annotations=TEXT_MAP,
    repository=read_text,
    signatureAlgorithm=read_text,
)
ATTESTOR_SET = Shape.plain(count=read_number, entries=items_of(ATTESTOR.read))
ATTESTATION = Shape.plain(
    name=read_text,
    type=read_text,
    predicateType=read_text,
    attestors=items_of(ATTESTOR_SET.read),
    conditions=items_of(CONDITIONS.read),
)
VERIFY_IMAGES = Shape.plain(
    {"mutateDigest": True, "verifyDigest": True, "required": True, "useCache": True},
    type=one_of("Cosign", "SigstoreBundle", "Notary"),
    failureAction=ACTION,
    imageReferences=TEXTS,
    skipImageReferences=TEXTS,
    attestors=items_of(ATTESTOR_SET.read),
    attestations=items_of(ATTESTATION.read),
    repository=read_text,
    cosignOCI11=read_flag,
    mutateDigest=read_flag,
    verifyDigest=read_flag,
    required=read_flag,
    useCache=read_flag,
    validate=Shape.plain(message=read_text, deny=Shape.plain(conditions=read_raw).read).read,
    imageRegistryCredentials=CREDENTIALS.read,
    image=read_text,
    key=read_text,
    roots=read_text,
    subject=read_text,
    issuer=read_text,
    annotations=TEXT_MAP,
    additionalExtensions=TEXT_MAP,
)
IMAGE_EXTRACTORS = map_of(
    items_of(Shape.plain(path=read_text, value=read_text, name=read_text, key=read_text, jmesPath=read_text).read)
)
MANIFESTS = Shape.plain(
    attestors=items_of(ATTESTOR_SET.read),
    annotationDomain=read_text,
    ignoreFields=items_of(
        Shape.plain(
            fields=TEXTS,
            objects=items_of(
                Shape.plain(
                    group=read_text, version=read_text, kind=read_text, name=read_text, namespace=read_text
                ).read
            ),
        ).read
    ),
    dryRun=Shape.plain(enable=read_flag, namespace=read_text).read,
    repository=read_text,
)
