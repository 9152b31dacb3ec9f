"""Strategic merge: what a patch of plain data makes of a resource (spec 04 §3.4).

A walk over patch and resource together that copies a map or list only when something in it changes: what stays as it
was is the same object as before, up to the whole resource, and nothing of the patch is shared. Lists that merge are
settled even where the patch does not mention them (two elements of one name become one), so the walk also goes to all
of these; the tree of `merge_keys` leads there and nowhere else. Only in kinds that Kubernetes does not have must every
map be visited, for an object of a kind that it has may stand in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded, PatchError
from kyvernopy.kubernetes.merge_directives import take_directive, take_list_directive
from kyvernopy.kubernetes.merge_keys import Merging, merge_keys
from kyvernopy.kubernetes.merge_values import ABSENT, Work, copied, measure, same, scalar_text, wrong_kind
from kyvernopy.kubernetes.merging_lists import merge_elements, merge_sets, merge_settled
from kyvernopy.kubernetes.settled import settled_check
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from kyvernopy.limits import Limits

__all__ = ["Merger", "merge"]

Map: TypeAlias = "dict[str, Any]"

# Where no built-in kind governs yet: any map below may be an object of one.
UNGOVERNED = Merging()

NOTHING: Mapping[str, Merging] = {}


def merge(resource: Mapping[str, Any], patch: Any, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The resource with the patch merged in: the same object if nothing changes. Raises PatchError, LimitExceeded."""
    measure(patch, limits)
    return Merger(limits).document(resource, patch)


class Merger:
    """One merge: its bounds, and the work that it may still do."""

    __slots__ = ("_in_order", "is_settled", "limits", "work")

    def __init__(self, limits: Limits, work: Work | None = None) -> None:
        self.limits = limits
        self.work = work or Work(limits)
        self.is_settled = False  # the resource, so that what the patch does not mention can be left alone
        self._in_order = False  # of names, which only tells which of several errors comes first

    def begin(self, resource: Map, patch: Map) -> Merging:
        """The places of the kind of a document; tells whether the resource is settled."""
        place = _governing(resource, patch)
        self.is_settled = place is not UNGOVERNED and settled_check(place).ask(resource, self.work)
        return place

    def document(self, resource: Any, patch: Any) -> Any:
        """The merged document of a patch that has been measured."""
        place = UNGOVERNED
        if isinstance(resource, dict) and isinstance(patch, dict):
            place = self.begin(resource, patch)
            if self.is_settled and not patch:
                return resource
        try:
            merged = self.member(resource, patch, place)
        except PatchError:
            self._in_order = True
            merged = self.member(resource, patch, place)
        if merged is ABSENT:
            raise PatchError("filter cannot create or delete objects")
        return merged

    # --- Maps (§3.4.3) ---

    def maps(self, ours: Map, theirs: Map, place: Merging | None) -> Any:
        """The map `ours` of the resource with `theirs` merged in, or absent. Members are visited in order."""
        if place is UNGOVERNED:
            self.work.spend(len(ours))
            place = _governing(ours, theirs)
        if "$patch" in theirs:
            directive, theirs = take_directive(theirs)
            if directive == "delete":
                return ABSENT
            if directive == "replace":
                made = self.new_members(theirs, place)
                return ours if same(ours, made) else made
        stated_only = place is None or self.is_settled
        return self.stated_members(ours, theirs, place) if stated_only else self.all_members(ours, theirs, place)

    def stated_members(self, ours: Map, theirs: Map, place: Merging | None) -> Map:
        """The map with what the patch states, where nothing else has to be visited."""
        below = place.below if place is not None else NOTHING
        merged = ours
        for name in sorted(theirs) if self._in_order else theirs:
            old, new = ours.get(name, ABSENT), theirs[name]
            if new.__class__ is str and (old is ABSENT or old.__class__ is str):  # as it nearly always is
                if new == old:
                    continue
            elif new.__class__ is dict and old.__class__ is dict:
                new = self.maps(old, new, _of_map(below.get(name)))
            else:
                new = self.member(old, new, below.get(name))
            if new is not old:
                if merged is ours:
                    merged = dict(ours)
                if new is ABSENT:
                    del merged[name]
                else:
                    merged[name] = new
        return merged

    def all_members(self, ours: Map, theirs: Map, place: Merging | None) -> Map:
        """The same where what the patch does not mention has to be settled."""
        merged = ours
        names = _names(ours, theirs, place)
        for name in sorted(names) if self._in_order else names:
            old = ours.get(name, ABSENT)
            new = self.named(name, old, theirs, place)
            if new is not old:
                if merged is ours:
                    merged = dict(ours)
                if new is ABSENT:
                    del merged[name]
                else:
                    merged[name] = new
        return merged

    def named(self, name: str, old: Any, theirs: Map, place: Merging | None) -> Any:
        """What becomes of one member."""
        below = place if place is None or place is UNGOVERNED else place.below.get(name)
        if name in theirs:
            return self.member(old, theirs[name], below)
        return old if old is None or old is ABSENT or below is None else self.settled(old, below)

    def member(self, old: Any, new: Any, place: Merging | None) -> Any:
        """What becomes of a member that the patch states; the first side that is not null decides the kind."""
        if new is None:
            return ABSENT
        if old is None or old is ABSENT:
            return self.added(new, place)
        if isinstance(old, dict):
            if not isinstance(new, dict):
                raise wrong_kind("MappingNode", new)
            return self.maps(old, new, place if place is None or place.keys is None else None)
        if isinstance(old, list):
            if not isinstance(new, list):
                raise wrong_kind("SequenceNode", new)
            return self.lists(old, new, place)
        if isinstance(new, (dict, list)):
            raise wrong_kind("ScalarNode", new)
        # spec 04 §3.4.5: a string stays a string
        merged = scalar_text(new) if isinstance(old, str) else new
        return old if same(old, merged) else merged

    # --- What the resource does not have: the patch merged with itself ---

    def added(self, new: Any, place: Merging | None) -> Any:
        """A value of the patch for a member that is absent or null; a list directive is an ordinary element there."""
        if isinstance(new, list) and place is not None and place.keys is not None:
            return self.elements(new, new, place)
        return self.alone(new, place)

    def alone(self, new: Any, place: Merging | None) -> Any:
        """A value of the patch merged with itself: nulls, directives and elements of the same keys are resolved."""
        if isinstance(new, dict):
            return self.new_map(new, _of_map(place))
        if not isinstance(new, list):
            return ABSENT if new is None else new
        if place is None or place.keys is None:
            return copied(new)
        directive, new = take_list_directive(new)
        return ABSENT if directive == "delete" else self.elements(new, new, place)

    def new_map(self, theirs: Map, place: Merging | None) -> Any:
        """A map of the patch merged with itself, or absent."""
        if place is UNGOVERNED:
            place = _governing(theirs, theirs)
        if "$patch" in theirs:
            directive, theirs = take_directive(theirs)
            if directive == "delete":
                return ABSENT
        return self.new_members(theirs, place)

    def new_members(self, theirs: Map, place: Merging | None) -> Map:
        """The members of a map of the patch without directive, each merged with itself."""
        made = {}
        for name in sorted(theirs) if self._in_order else theirs:
            below = place if place is None or place is UNGOVERNED else place.below.get(name)
            value = self.alone(theirs[name], below)
            if value is not ABSENT:
                made[name] = value
        return made

    # --- What the patch does not mention ---

    def settled(self, old: Any, place: Merging) -> Any:
        """A value of the resource with its merging lists settled; the same object where they are."""
        if isinstance(old, dict):
            return old if _of_map(place) is None else self.settled_map(old, place)
        if isinstance(old, list) and place.keys is not None:
            return self.elements(old, [], place)
        return old

    def settled_map(self, old: Map, place: Merging) -> Map:
        """The same for a map."""
        if self.is_settled:
            return old
        if place is UNGOVERNED:
            return self._settled_anywhere(old, 1)
        settled = old
        for name, below in place.below.items():
            value = old.get(name)
            if value is None:
                continue
            new = self.settled(value, below)
            if new is not value:
                if settled is old:
                    settled = dict(old)
                settled[name] = new
        return settled

    def _settled_anywhere(self, old: Map, depth: int) -> Map:
        """The same where no kind is known: all maps are visited, elements of lists are not."""
        place = _governing(old, old)
        if place is not UNGOVERNED:
            return self.settled_map(old, place)
        self.work.spend(len(old))
        if depth > self.limits.depth:
            raise LimitExceeded("depth", depth, self.limits.depth)
        settled = old
        for name in sorted([name for name, value in old.items() if isinstance(value, dict)]):
            new = self._settled_anywhere(old[name], depth + 1)
            if new is not old[name]:
                if settled is old:
                    settled = dict(old)
                settled[name] = new
        return settled

    # --- Lists ---

    def lists(self, ours: list[Any], theirs: list[Any], place: Merging | None) -> Any:
        """A list that has merge keys is merged, each other list is replaced."""
        if place is None or place.keys is None:
            return ours if same(ours, theirs) else copied(theirs)
        if self.is_settled and place.key:
            merged = merge_settled(ours, theirs, place.key, place, self)
            if merged is not None:
                return merged
        directive, theirs = take_list_directive(theirs)
        if directive == "delete":
            return ABSENT
        made = self.elements(theirs if directive == "replace" else ours, theirs, place)
        return ours if same(ours, made) else made

    def elements(self, ours: list[Any], theirs: list[Any], place: Merging) -> list[Any]:
        """Merge two lists of scalars or of maps; the same list twice is a list of the patch on its own."""
        return merge_elements(ours, theirs, place, self) if place.keys else merge_sets(ours, theirs)


def _of_map(place: Merging | None) -> Merging | None:
    """The place of a map: one that stands where a merging list should be is any map."""
    return place if place is None or place.keys is None else None


def _governing(ours: Map, theirs: Map) -> Merging:
    """The places of the kind of a map, that of the resource or else that of the patch."""
    found = merge_keys(ours.get("apiVersion"), ours.get("kind"))
    return found or merge_keys(theirs.get("apiVersion"), theirs.get("kind")) or UNGOVERNED


def _names(ours: Map, theirs: Map, place: Merging | None) -> set[str]:
    """The members to visit."""
    if place is None:
        return {*theirs}
    if place is UNGOVERNED:
        return {*theirs, *(name for name, value in ours.items() if isinstance(value, dict))}
    return {*theirs, *place.below}
