"""`kyvernopy apply`: judge resources with policies and print what came of it; its arguments (spec 08 §7.1, §7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.cli.flags import Flags, UsageError

if TYPE_CHECKING:
    from kyvernopy.cli.flags import Options

__all__ = ["apply"]

# Flags of Kyverno that come with rules and policies of other kinds, and those that need a cluster or a registry.
LATER = {
    "list": [
        ("--json",),
        ("--http-payload",),
        ("--envoy-payload",),
        ("--parameter-resource",),
        ("--crd-paths", "--crd-path"),
    ],
    "text": [
        ("--generated-exception-ttl",),
        ("--username",),
        ("--password",),
        ("--kubeconfig",),
        ("--context",),
        ("-n", "--namespace"),
        ("--concurrent",),
        ("--batch-size",),
    ],
    "switch": [
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
    from kyvernopy.cli.apply_run import ApplyRun  # noqa: PLC0415  help and mistakes need no policies

    return ApplyRun(options).run()


# --- Arguments ---


def _flags() -> Flags:
    flags = Flags("apply", "Judge resources with policies.", "POLICY...")
    flags.texts("-r", "--resource", "--resources", help="files, folders or glob patterns; - is standard input")
    flags.switch("-p", "--policy-report", help="print reports")
    flags.text("--output-format", default="yaml", help="json or yaml, for reports")
    flags.switch("-t", "--table", help="print a table of results")
    flags.switch("--detailed-results", help="add messages to the table")
    flags.text("-o", "--output", help="a file or folder that changed resources go to; - passes all on as YAML")
    flags.texts("--target-resource", "--target-resources", help="resources that exist, for rules that change those")
    flags.switch("--diff", help="show what was changed")
    flags.switch("--in-place", help="write what was changed back into the files of the resources")
    flags.switch("--check", help="with --in-place: only say what would change, and exit with 1 if anything would")
    flags.switch("-i", "--stdin", help="leave out the heading")
    flags.switch("--audit-warn", help="count failures of audit policies as warnings")
    flags.number("--warn-exit-code", help="the exit status of a run with warnings")
    flags.switch("--warn-no-pass", help="end with that exit status if nothing passed")
    flags.switch("--continue-on-fail", help="accepted; one resource never ends the run")
    flags.text("-b", "--git-branch", help="accepted; policies come from no repository")
    flags.switch("--remove-color", help="no colour")
    flags.text("-u", "--userinfo", help="a UserInfo file: who sends the request")
    flags.text("-f", "--values-file", help="a Values file: what variables hold")
    flags.texts("-s", "--set", help="variables, as name=value")
    flags.text("--context-file", help="a Context file; rules of this version look nothing up in it")
    flags.texts("-e", "--exception", "--exceptions", help="files with exceptions from policies")
    flags.switch(
        "--exceptions-with-resources",
        "--exceptions-within-resources",
        help="take exceptions from among the resources, and from no file",
    )
    flags.switch("--exceptions-within-policies", help="take exceptions from among the policies, too")
    flags.number("-v", "--v", help="accepted; there is no log")
    for kind, names in LATER.items():
        for one in names:
            flags.later(*one, kind=kind)
    return flags


def _check(options: Options) -> None:
    """The complaints of spec 08 §7.2, in their order, then our own."""
    policies, resources, json = options.arguments, options.resource, options.json
    payloads, targets = options.http_payload or options.envoy_payload, options.target_resource
    complaints = {
        "pass the values either using set flag or values_file flag": options.set and options.values_file,
        "require policy": not policies,
        "a stdin pipe can be used for either policies or resources, not both": "-" in policies and "-" in resources,
        "both resource and json files can not be used together, use one or the other": resources and json,
        "resource file(s) or cluster required": not (resources or json or options.cluster or payloads),
        "crd-paths and kubeconfig flags are mutually exclusive, please use only one of them": (
            options.crd_paths and options.kubeconfig
        ),
        # What follows is not Kyverno's.
        "--check goes with --in-place": options.check and not options.in_place,
        "--in-place and --output can not be used together": options.in_place and options.output,
        "standard input can not be changed in place": options.in_place and "-" in (*resources, *targets),
        "targets can not come from standard input": "-" in targets,
    }
    for message, wrong in complaints.items():
        if wrong:
            raise UsageError(message)
