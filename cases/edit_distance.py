"""How much of a draft a person changed: Levenshtein distance over code points."""


def edit_distance(before: str, after: str) -> float:
    """Share of characters changed, from 0 (sent as drafted) to 1 (nothing left)."""
    longer = max(len(before), len(after))
    return round(levenshtein(before, after) / longer, 4) if longer else 0.0


def levenshtein(first: str, second: str) -> int:
    """Fewest insertions, deletions and substitutions that turn one text into the other.

    Myers' bit-vector algorithm (J. ACM 46, 1999) in Hyyrö's form for whole strings (2003): one column of
    the table is one integer, so that two replies of 20,000 characters take tenths of a second, not minutes.
    """
    first, second = _without_common_ends(first, second)
    if not first or not second:
        return len(first) + len(second)
    everything = (1 << len(first)) - 1
    last = 1 << (len(first) - 1)
    positions: dict[str, int] = {}
    for index, character in enumerate(first):
        positions[character] = positions.get(character, 0) | 1 << index
    rises, falls, score = everything, 0, len(first)
    for character in second:
        equal = positions.get(character, 0)
        diagonal = (((equal & rises) + rises) ^ rises) | equal | falls
        right_rises = falls | ~(diagonal | rises) & everything
        right_falls = rises & diagonal
        score += bool(right_rises & last) - bool(right_falls & last)
        right_rises = (right_rises << 1 | 1) & everything
        right_falls = right_falls << 1 & everything
        rises = right_falls | ~(diagonal | right_rises) & everything
        falls = right_rises & diagonal
    return score


def _without_common_ends(first: str, second: str) -> tuple[str, str]:
    shorter = min(len(first), len(second))
    start = 0
    while start < shorter and first[start] == second[start]:
        start += 1
    end = 0
    while end < shorter - start and first[-1 - end] == second[-1 - end]:
        end += 1
    return first[start : len(first) - end], second[start : len(second) - end]
