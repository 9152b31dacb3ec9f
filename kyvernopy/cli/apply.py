"""`kyvernopy apply`: judge resources with policies and print what came of it (spec 08 §7).

Resources are judged as they are read, and counted; the heading, which says how many there are, is printed when all are
known, before the results. What Kyverno would not say goes to standard error, among it every path, document and policy
that it would drop in silence; such a run is incomplete and ends with 2.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kyvernopy.cli.console import complain, say, with_progress
from kyvernopy.cli.flags import Flags, UsageError
from kyvernopy.cli.output import Troubles, output_for
from kyvernopy.errors import Finding
from kyvernopy.policy_set import PolicySet, load_policies
from kyvernopy.reports.counts import Counts, count
from kyvernopy.resources import load_resources
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kyvernopy.cli.flags import Options
    from kyvernopy.policies.model import Policy

__all__ = ["apply"]

INCOMPLETE = 2

# Flags of Kyverno that come with rules and policies of other kinds, and those that need a cluster or a registry.
LATER = {
    "list": [
        ("-s", "--set"),
        ("-e", "--exception", "--exceptions"),
        ("--json",),
        ("--http-payload",),
        ("--envoy-payload",),
        ("--target-resource", "--target-resources"),
        ("--parameter-resource",),
        ("--crd-paths", "--crd-path"),
    ],
    "text": [
        ("-f", "--values-file"),
        ("--context-file",),
        ("--generated-exception-ttl",),
        ("-b", "--git-branch"),
        ("--username",),
        ("--password",),
        ("--kubeconfig",),
        ("--context",),
        ("-n", "--namespace"),
        ("--concurrent",),
        ("--batch-size",),
    ],
    "switch": [
        ("--exceptions-with-resources", "--exceptions-within-resources"),
        ("--exceptions-within-policies",),
        ("--generate-exceptions",),
        ("--registry",),
        ("-c", "--cluster"),
        ("--cluster-wide-resources",),
        ("--continue-on-error",),
        ("--show-performance",),
    ],
}


def apply(arguments: list[str]) -> int:
    """Run the command; returns its exit status. Raises `UsageError`."""
    flags = _flags()
    options = flags.parse(arguments)
    if options is None:
        return 0
    _check(options)
    flags.refuse_unsupported(options)
    return _Run(options).run()


# --- Arguments ---


def _flags() -> Flags:
    flags = Flags("apply", "Judge resources with policies.", "POLICY...")
    flags.texts("-r", "--resource", "--resources", help="files, folders or glob patterns; - is standard input")
    flags.switch("-p", "--policy-report", help="print reports")
    flags.text("--output-format", default="yaml", help="json or yaml, for reports")
    flags.switch("-t", "--table", help="print a table of results")
    flags.switch("--detailed-results", help="add messages to the table")
    flags.text("-o", "--output", help="where changed resources go; no rule of this version changes any")
    flags.switch("-i", "--stdin", help="leave out the heading")
    flags.switch("--audit-warn", help="count failures of audit policies as warnings")
    flags.number("--warn-exit-code", help="the exit status of a run with warnings")
    flags.switch("--warn-no-pass", help="end with that exit status if nothing passed")
    flags.switch("--continue-on-fail", help="accepted; one resource never ends the run")
    flags.switch("--remove-color", help="no colour")
    flags.text("-u", "--userinfo", help="a UserInfo file: who sends the request")
    flags.number("-v", "--v", help="accepted; there is no log")
    for kind, names in LATER.items():
        for one in names:
            flags.later(*one, kind=kind)
    return flags


def _check(options: Options) -> None:
    """The complaints of spec 08 §7.2, in their order."""
    policies, resources, json = options.arguments, options.resource, options.json
    payloads = options.http_payload or options.envoy_payload
    complaints = {
        "pass the values either using set flag or values_file flag": options.set and options.values_file,
        "require policy": not policies,
        "a stdin pipe can be used for either policies or resources, not both": "-" in policies and "-" in resources,
        "both resource and json files can not be used together, use one or the other": resources and json,
        "resource file(s) or cluster required": not (resources or json or options.cluster or payloads),
        "crd-paths and kubeconfig flags are mutually exclusive, please use only one of them": (
            options.crd_paths and options.kubeconfig
        ),
    }
    for message, wrong in complaints.items():
        if wrong:
            raise UsageError(message)


# --- The run ---


class _Run:
    """One run: what it was asked, and what it has found so far."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._output = output_for(options)
        self._troubles = Troubles()
        self._counts = Counts()
        self._resources = self._results = 0
        self._is_incomplete = False

    def run(self) -> int:
        """Load, judge, print."""
        user = self._user()
        policies = load_policies(self._local(self._options.arguments), errors="collect")
        self._complain(policies.errors)
        self._complain(policies.notes)
        valid = PolicySet(policy for policy in policies if self._is_valid(policy))
        self._judge(valid, user)
        self._print(policies)
        return self._exit_status()

    def _complain(self, findings: Iterable[Finding]) -> None:
        self._is_incomplete |= complain(findings)

    def _local(self, paths: Iterable[str]) -> list[str]:
        """The paths without addresses, which this version does not read."""
        remote = [path for path in paths if path.startswith(("http://", "https://"))]
        advice = "download it and give the path of the file"
        self._complain(
            Finding("path-remote", "error", "nothing is read from the network", Place(path), advice) for path in remote
        )
        return [path for path in paths if path not in remote]

    def _user(self) -> dict[str, Any] | None:
        if not self._options.userinfo:
            return None
        from kyvernopy.cli.auxiliary import user_info  # noqa: PLC0415  rarely needed

        return user_info(self._options.userinfo)

    # --- Policies ---

    def _is_valid(self, policy: Policy) -> bool:
        """Whether the policy can be evaluated: Kyverno would accept it, and all its rules are built.

        Of a policy that Kyverno refuses there is one error (spec 08 §7.4), of one that waits, one for each such rule.
        """
        from kyvernopy.engine.checks import check_policy  # noqa: PLC0415  policies are loaded first

        # Without a source, findings need no second look at the file for their lines; most are warnings, told elsewhere.
        # Upstream: without a cluster, the command does not know which kinds have no namespace.
        if any(finding.severity == "error" for finding in check_policy(replace(policy, source=None), cluster_kinds=())):
            findings = check_policy(policy, cluster_kinds=())
            reason = next(finding for finding in findings if finding.severity == "error")
            say(f"error: policy {policy.key} is invalid and not evaluated: {reason}")
            self._counts += Counts(errors=1)
            return False
        for rule in policy.spec.rules:
            if rule.validate is None:
                kind = "mutate" if rule.mutate else "generate" if rule.generate else "verifyImages"
                say(f"error: policy {policy.key}: {kind} rules are not supported yet, not evaluated: rule {rule.name}")
                self._counts += Counts(errors=1)
        return True

    # --- Resources ---

    def _judge(self, policies: PolicySet, user: dict[str, Any] | None) -> None:
        audit_warn = self._options.audit_warn
        resources = load_resources(self._local(self._options.resource), normalize=True, errors="collect")
        for resource in with_progress(resources, "resources judged"):
            if resource["kind"] == "GlobalContextEntry" and resource["apiVersion"] == "kyverno.io/v2":
                continue  # spec 08 §7.4: it is no resource to be judged
            results = policies.validate(resource, user=user).results
            self._resources += 1
            self._results += len(results)
            # One resource at a time: a rule counts once for each, also where two look alike.
            self._counts += count(results, audit_warn=audit_warn)
            self._output.add(results)
            if not self._options.policy_report:  # which has the messages
                self._troubles.add(results)
        self._complain(resources.errors)
        self._troubles.tell()

    # --- The end ---

    def _print(self, policies: PolicySet) -> None:
        if not (self._options.stdin or self._options.policy_report):
            from kyvernopy.policies.autogen import compute_rules  # noqa: PLC0415  only the heading counts rules

            rules = sum(len(compute_rules(policy)) for policy in policies)
            sys.stdout.write(f"\nApplying {rules} policy rule(s) to {self._resources} resource(s)...\n")
        for part in self._output.parts(self._counts):
            sys.stdout.write(part)
        if not self._results:
            say(f"warning: no rule was evaluated (policies: {len(policies)}, resources: {self._resources})")

    def _exit_status(self) -> int:
        """Spec 08 §7.7, after what only we say: that the run is incomplete."""
        code = int(self._options.warn_exit_code)
        if self._is_incomplete:
            return INCOMPLETE
        if self._counts.failed or self._counts.errors:
            return 1
        if self._counts.warned and code:
            sys.stdout.write(f"exit as warnExitCode is {code}")
            return code
        if not self._counts.passed and self._options.warn_no_pass:
            sys.stdout.write("exit as no objects satisfied policy\n")
            return code
        return 0
