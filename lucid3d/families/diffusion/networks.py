"""Networks read from disk with every tensor accounted for: what is missing, left over or no number is said by name.

The libraries read a checkpoint whose keys do not fit without a word that anybody sees: a layer whose key was renamed
keeps its random numbers, and the network answers with noise.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lucid3d.errors import InputError

if TYPE_CHECKING:
    import torch

BUFFERS = re.compile(
    r"position_ids$|relative_position_index$|num_batches_tracked$|inv_freq$|attn_mask$|causal_mask$|mask_token$"
    r"|masked_bias$|\.attn\.bias$|logit_scale$"
)
"""Tensors that older versions saved and newer ones compute: a checkpoint may hold them, or not."""
MOST_NAMES = 3
"""Names in a message; the rest are counted."""


def read_network(
    network_class: Any,
    folder: Path,
    name: str,
    *,
    dtype: torch.dtype,
    variant: str = "",
    allow_pickle: bool = False,
    **options: Any,
) -> Any:
    """One network of diffusers or transformers from its folder, on the CPU.

    Args:
        network_class: what has the library's `from_pretrained`.
        folder: holds config.json and the weights.
        name: how a message calls it.
        variant: of the weights' files ("fp16"), or "".
    Raises:
        InputError: tensors are missing, left over or not finite; the message names them.
    """
    options |= {"variant": variant} if variant else {}
    if network_class.__module__.startswith("transformers"):
        options["ignore_mismatched_sizes"] = True  # reported then, and refused below by name
    network, report = network_class.from_pretrained(
        str(folder),
        dtype=dtype,
        local_files_only=True,
        use_safetensors=None if allow_pickle else True,
        output_loading_info=True,
        **options,
    )
    check_keys(name, network, report)
    check_numbers(name, network)
    return network


def check_keys(name: str, network: Any, report: Mapping[str, Any]) -> None:
    """Refuse a network that does not have the tensors of its checkpoint.

    Args:
        report: of the library: `missing_keys`, `unexpected_keys`, `mismatched_keys`.
    Raises:
        InputError: a tensor is missing or of another shape, or the file has layers that config.json does not count.
            Left-over tensors of another kind (another head, say) are only told.
    """
    missing = sorted(key for key in report.get("missing_keys", ()) if not BUFFERS.search(key))
    left = sorted(key for key in report.get("unexpected_keys", ()) if not BUFFERS.search(key))
    shapes = sorted(str(each[0] if isinstance(each, tuple) else each) for each in report.get("mismatched_keys", ()))
    if missing:
        instead = f"; it has {_names(left)} instead" if left else ""
        raise InputError(f"{name} lacks the weights {_names(missing)}{instead}: {_WAY_OUT}")
    if shapes:
        raise InputError(f"{name} has weights of another shape than its config.json says, {_names(shapes)}: {_WAY_OUT}")
    counted = {_pattern(key) for key in network.state_dict()}
    more = [key for key in left if _pattern(key) in counted]
    if more:
        raise InputError(f"{name} has more layers than its config.json says, {_names(more)}: {_WAY_OUT}")
    if left:
        logging.getLogger(__name__).warning("%s: %s of its checkpoint are not used", name, _names(left))


_WAY_OUT = "the files do not belong together, or come from another version; fetch it again, or name another"


def check_numbers(name: str, network: Any) -> None:
    """Refuse a network with values that are no numbers, or that were never read.

    Raises:
        InputError: naming the tensors.
    """
    import torch

    state = network.state_dict()
    unread = sorted(key for key, tensor in state.items() if tensor.is_meta)
    if unread:
        raise InputError(f"{name} lacks the weights {_names(unread)}: {_WAY_OUT}")
    broken = sorted(
        key for key, tensor in state.items() if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all())
    )
    if broken:
        raise InputError(f"{name} holds values that are no numbers in {_names(broken)}: fetch it again")


def _pattern(key: str) -> str:
    return re.sub(r"\d+", "#", key)


def _names(keys: Iterable[str]) -> str:
    listed = list(keys)
    more = f" and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else ""
    return ", ".join(listed[:MOST_NAMES]) + more
