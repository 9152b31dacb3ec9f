"""How long does it take to read a stream of manifests, against PyYAML's loaders?

5,000 small documents of four shapes (Pod, Deployment, ConfigMap, ClusterPolicy), made here. `CSafeLoader` is the fastest
loader that PyYAML has; it reads `1:30` as 90 and dates as objects, so it answers another question than Kubernetes does.
What the number does not say: how fast a stream is whose scalars never repeat (about a tenth slower), and what is done
with the documents.
"""

from __future__ import annotations

import json

import yaml
from _table import duration, measure, table, versions

from kyvernopy.documents.emit import emit_all
from kyvernopy.documents.json_text import parse_json
from kyvernopy.documents.read import read_documents

DOCUMENTS = 5_000

POD = """apiVersion: v1
kind: Pod
metadata:
  name: web-{number}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: web
  annotations:
    example.com/owner: "team {team}"
spec:
  serviceAccountName: web
  securityContext:
    runAsNonRoot: true
  containers:
  - name: web
    image: registry.example.com/web:1.{number}.0
    ports:
    - containerPort: 8080
      protocol: TCP
    env:
    - {{name: MODE, value: "production"}}
    resources:
      requests: {{cpu: 100m, memory: 128Mi}}
      limits: {{cpu: 500m, memory: 256Mi}}
    securityContext:
      privileged: false
      capabilities: {{drop: [ALL]}}
  volumes:
  - name: tmp
    emptyDir: {{}}
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: api-{number}
  namespace: team-{team}
  labels: &labels
    app: api
    tier: front
spec:
  replicas: {team}
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels: *labels
    spec:
      # one container is enough
      containers:
      - name: api
        image: registry.example.com/api:{number}
        args: ["--port", "8080", '--verbose']
        readinessProbe:
          httpGet:
            path: /healthz
            port: 8080
          initialDelaySeconds: 5
        resources:
          limits:
            cpu: 500m
            memory: 256Mi
"""
CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata:
  name: settings-{number}
  namespace: team-{team}
data:
  level: info
  server.conf: |
    server {{
      listen 80;
      location / {{ return 200; }}
    }}
"""
POLICY = """apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: require-owner-{number}
  annotations:
    policies.kyverno.io/title: Require an owner
    policies.kyverno.io/description: >-
      Whoever is called at night wants to know whom to call next.
spec:
  validationFailureAction: Audit
  background: true
  rules:
  - name: owner
    match:
      any:
      - resources:
          kinds:
          - Pod
    validate:
      message: "The annotation `example.com/owner` is required."
      pattern:
        metadata:
          annotations:
            example.com/owner: "?*"
"""
SHAPES = (POD, DEPLOYMENT, CONFIG_MAP, POLICY)


def stream(count: int = DOCUMENTS) -> str:
    """The manifests as one text."""
    return "".join(
        "---\n" + SHAPES[number % len(SHAPES)].format(number=number, team=number % 7) for number in range(count)
    )


def run() -> None:
    text = stream()
    small = stream(300)
    values = [document.value for document in read_documents(text)]
    lines = [json.dumps(value) for value in values]
    ours = measure(lambda: list(read_documents(text)), 3)
    peer = measure(lambda: list(yaml.load_all(text, Loader=yaml.CSafeLoader)), 3)
    pure = measure(lambda: list(read_documents(small, _libyaml=False)), 2) * DOCUMENTS / 300
    pure_peer = measure(lambda: list(yaml.load_all(small, Loader=yaml.SafeLoader)), 2) * DOCUMENTS / 300
    fast_json = measure(lambda: [parse_json(line) for line in lines], 3)
    slow_json = measure(lambda: [parse_json(line, _orjson=False) for line in lines], 3)
    written = measure(lambda: emit_all(values), 3)
    written_peer = measure(lambda: yaml.dump_all(values, Dumper=yaml.CSafeDumper, sort_keys=False), 2)
    rows = [
        ("", f"{DOCUMENTS} documents", "documents/s", "times the peer"),
        _row("read YAML: yaml.CSafeLoader", peer, peer),
        _row("read YAML: kyvernopy", ours, peer),
        _row("read YAML without libyaml: yaml.SafeLoader", pure_peer, pure_peer),
        _row("read YAML without libyaml: kyvernopy", pure, pure_peer),
        _row("read the same as JSON: kyvernopy with orjson", fast_json, peer),
        _row("read the same as JSON: kyvernopy with json", slow_json, peer),
        _row("write YAML: yaml.CSafeDumper", written_peer, written_peer),
        _row("write YAML: kyvernopy", written, written_peer),
    ]
    table("A stream of manifests", rows)
    print(f"{len(text) / 1e6:.1f} MB of YAML; {versions('pyyaml', 'orjson')}")


def _row(name: str, seconds: float, peer: float) -> tuple[str, str, str, str]:
    return name, duration(seconds), f"{DOCUMENTS / seconds:,.0f}", f"{peer / seconds:.2f}"


if __name__ == "__main__":
    run()
