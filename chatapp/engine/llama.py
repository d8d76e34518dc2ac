"""llama.cpp's model and context as Python objects: typed, owned, closed; nothing above this module sees a C pointer."""

import ctypes
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it
import numpy as np
from numpy.typing import NDArray

from chatapp.core import reasoning
from chatapp.core.errors import ErrorCode, ModelError, RequestError
from chatapp.engine import ggml
from chatapp.engine.devices import handles
from chatapp.engine.log import last_error
from chatapp.engine.recorder import AttentionRecorder

FLASH_ATTENTION = {"auto": -1, "off": 0, "on": 1}
KV_TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q8_0": 8}  # enum ggml_type
_SAMPLE = 1 << 20  # bytes hashed at either end of the file
_SPARE = 1  # sequence id
_BYTES = ctypes.POINTER(ctypes.c_uint8)


class Model:
    """Loaded weights and their vocabulary."""

    def __init__(
        self, path: str, n_gpu_layers: int, progress: Callable[[float], None], devices: Sequence[str] = ()
    ) -> None:
        """Load; *n_gpu_layers* (negative: all) go to the graphics cards in *devices*, without any nothing does."""
        params = C.llama_model_default_params()
        params.n_gpu_layers = n_gpu_layers if devices else 0
        # Also without layers of its own a card would be given large batches to compute, and could fail at it.
        chosen = handles(devices)
        params.devices = ctypes.cast(chosen, ctypes.c_void_p)

        def on_progress(fraction: float, _data: object) -> bool:
            progress(fraction)
            return True

        report = C.llama_progress_callback(on_progress)
        params.progress_callback = report
        self.path = path
        self.handle: Any = C.llama_model_load_from_file(os.fsencode(path), params)
        if not self.handle:
            raise load_error(path)
        if C.llama_model_has_encoder(self.handle) and C.llama_model_has_decoder(self.handle):
            architecture = self.meta("general.architecture")
            self.close()
            raise ModelError(ErrorCode.MODEL_HAS_ENCODER, architecture=architecture)
        self.vocab: Any = C.llama_model_get_vocab(self.handle)
        self.n_vocab = int(C.llama_vocab_n_tokens(self.vocab))
        self.n_layer = int(C.llama_model_n_layer(self.handle))
        most = self.n_layer + 1  # the output counts as one
        self.n_gpu_layers = (most if n_gpu_layers < 0 else min(n_gpu_layers, most)) if devices else 0
        # llama.cpp tells the heads of the first layer; the most there are in one are wanted.
        heads = f"{self.meta('general.architecture')}.attention.head_count"
        of_layers = [] if self.meta(heads) else ggml.array_of(path, heads).tolist()
        self.n_head: int = max([int(C.llama_model_n_head(self.handle)), *of_layers])
        self.n_ctx_train = int(C.llama_model_n_ctx_train(self.handle))
        self._pieces: dict[int, bytes] = {}
        self._names: dict[int, bytes] = {}

    def close(self) -> None:
        """Free the weights; contexts on them must be closed before."""
        if self.handle:
            C.llama_model_free(self.handle)
            self.handle = None

    def meta(self, key: str) -> str:
        """A metadata value as text, "" when there is none."""
        size = 256
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = int(C.llama_model_meta_val_str(self.handle, key.encode(), buffer, size))
            if length < size:
                return buffer.value.decode("utf-8", "replace") if length >= 0 else ""
            size = length + 1

    @property
    def description(self) -> str:
        """Architecture, size and quantization in llama.cpp's words."""
        buffer = ctypes.create_string_buffer(256)
        C.llama_model_desc(self.handle, buffer, 256)
        return buffer.value.decode("utf-8", "replace")

    @property
    def chat_template(self) -> str | None:
        """The template's source, or None."""
        source = C.llama_model_chat_template(self.handle, None)
        return source.decode("utf-8", "replace") if source else None

    @property
    def size(self) -> int:
        """Bytes of all tensors."""
        return int(C.llama_model_size(self.handle))

    @property
    def n_params(self) -> int:
        """Number of weights."""
        return int(C.llama_model_n_params(self.handle))

    @property
    def bos(self) -> int:
        """Id of the beginning-of-text token, -1 when there is none."""
        return int(C.llama_vocab_bos(self.vocab))

    @property
    def eos(self) -> int:
        """Id of the end-of-text token, -1 when there is none."""
        return int(C.llama_vocab_eos(self.vocab))

    @property
    def adds_bos(self) -> bool:
        """Whether the vocabulary wants its beginning-of-text token before a text."""
        return self.bos >= 0 and bool(C.llama_vocab_get_add_bos(self.vocab))

    @property
    def window(self) -> int:
        """Tokens that windowed layers see; 0 when there are none."""
        return int(C.llama_model_n_swa(self.handle))

    @property
    def kv_size(self) -> int:
        """Bytes of one token's keys and values in half precision, at most: all layers count in full."""
        architecture, heads = self.meta("general.architecture"), int(C.llama_model_n_head_kv(self.handle))
        width = int(C.llama_model_n_embd(self.handle)) // max(1, self.n_head)
        keys, values = (self.meta(f"{architecture}.attention.{name}_length") for name in ("key", "value"))
        return 2 * self.n_layer * heads * (int(keys or width) + int(values or width))

    @property
    def can_be_cut(self) -> bool:
        """Whether the end of the KV cache can be removed; recurrent state cannot."""
        return not (C.llama_model_is_recurrent(self.handle) or C.llama_model_is_hybrid(self.handle))

    def is_end(self, token: int) -> bool:
        """Whether *token* ends a turn or the text."""
        return bool(C.llama_vocab_is_eog(self.vocab, token))

    def is_control(self, token: int) -> bool:
        """Whether *token* is part of the template's machinery, not of text."""
        return bool(C.llama_vocab_is_control(self.vocab, token))

    def control_names(self) -> list[str]:
        """What is recognised in a text with *parse_special* only."""
        special = C.LLAMA_TOKEN_ATTR_CONTROL | C.LLAMA_TOKEN_ATTR_UNKNOWN
        found = [token for token in range(self.n_vocab) if C.llama_vocab_get_attr(self.vocab, token) & special]
        return [C.llama_vocab_get_text(self.vocab, token).decode("utf-8", "replace") for token in found]

    def tokenize(self, text: str, *, add_special: bool, parse_special: bool) -> list[int]:
        """Token ids of *text*; lone surrogates become U+FFFD."""
        data = text.encode("utf-8", "replace")
        size = len(data) + 8
        buffer = (ctypes.c_int32 * size)()
        count = int(C.llama_tokenize(self.vocab, data, len(data), buffer, size, add_special, parse_special))
        if count < 0:
            raise RequestError(ErrorCode.INVALID_ARGUMENT, reason="The text cannot be tokenized by this model")
        return list(buffer[:count])

    def tokenize_within(self, text: str, *, parse_special: bool) -> list[int]:
        """As `tokenize`, of a text that goes on after another one.

        SentencePiece vocabularies put a space before every text; after a line break, which they keep as it is, they do
        not.
        """
        if C.llama_vocab_type(self.vocab) == C.LLAMA_VOCAB_TYPE_SPM:
            before = self.tokenize("\n", add_special=False, parse_special=parse_special)
            both = self.tokenize("\n" + text, add_special=False, parse_special=parse_special)
            if both[: len(before)] == before:
                return both[len(before) :]
        return self.tokenize(text, add_special=False, parse_special=parse_special)

    def piece(self, token: int) -> bytes:
        """The exact bytes of *token* in running text; control tokens give none, but for the marks of reasoning."""
        known = self._pieces.get(token)
        if known is None:
            known = self.token_text(token, special=False)
            if not known and not self.is_end(token):
                # A control token; those that frame a thought are needed to tell it from the answer.
                name = self.token_text(token, special=True)
                known = name if name.decode("utf-8", "replace") in reasoning.TOKENS else b""
            self._pieces[token] = known
        return known

    def name(self, token: int) -> bytes:
        """What *token* is called, control tokens too."""
        known = self._names.get(token)
        if known is None:
            known = self._names[token] = self.token_text(token, special=True)
        return known

    def token_text(self, token: int, *, special: bool) -> bytes:
        """The bytes of *token*; with *special* the names of control tokens, too."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = int(C.llama_token_to_piece(self.vocab, token, buffer, size, 0, special))
            if length >= 0:
                return buffer.raw[:length]
            size = -length

    def fingerprint(self) -> str:
        """Identifies the file at once: SHA-256 of its size and its first and last MiB, hex."""
        with Path(self.path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.sha256(str(size).encode())
            digest.update(file.read(_SAMPLE))
            file.seek(max(0, size - _SAMPLE))
            digest.update(file.read(_SAMPLE))
        return digest.hexdigest()


class Context:
    """A KV cache over a model, used by one sequence from position 0 on.

    With *can_save* parts of it can be copied out and in again, with what *recorder* keeps of them. *swa_full* gives
    windowed layers a cache of full size.
    """

    def __init__(
        self,
        model: Model,
        n_ctx: int,
        *,
        n_batch: int = 512,
        n_threads: int = 0,
        flash_attention: str = "auto",
        kv_type: str = "f16",
        cb_eval: Any = None,
        can_save: bool = False,
        swa_full: bool = True,
        recorder: AttentionRecorder | None = None,
    ) -> None:
        params = C.llama_context_default_params()
        params.n_ctx = n_ctx
        params.n_batch = n_batch
        params.n_ubatch = min(n_batch, 512)
        n_swa = model.window
        self.can_be_cut = model.can_be_cut and (swa_full or not n_swa)
        # Saving goes through a second sequence, which shares the cells of the first: no more memory, the same graph.
        self._spare = can_save and self.can_be_cut
        params.n_seq_max = 2 if self._spare else 1
        params.kv_unified = True
        params.flash_attn_type = FLASH_ATTENTION[flash_attention]
        params.type_k = params.type_v = KV_TYPES[kv_type]
        params.swa_full = swa_full  # a windowed cache of full size can be cut, and its cells equal positions
        params.no_perf = True
        if n_threads:
            params.n_threads = params.n_threads_batch = n_threads
        self.recorder = recorder
        if recorder is not None:
            cb_eval = recorder.callback
        if cb_eval is not None:
            params.cb_eval = cb_eval
        self.n_batch = n_batch
        self.kv_type = kv_type
        self.n_vocab = model.n_vocab
        self.handle: Any = C.llama_init_from_model(model.handle, params)
        if not self.handle:
            raise ModelError(ErrorCode.CONTEXT_FAILED, reason=last_error() or "llama.cpp gave no reason")
        self.n_ctx = int(C.llama_n_ctx(self.handle))
        self._memory: Any = C.llama_get_memory(self.handle)
        self._abort: Any = None
        self._single = _SingleToken()
        self._views: dict[int, NDArray[np.float32]] = {}  # of logits, by their address
        # llama.cpp leaves out what the window of the sequence's last token hides; a shorter stretch is saved whole.
        # Llama 4 has chunks instead of a window: they hide other tokens.
        chunked = model.meta("general.architecture") == "llama4"
        window = 0 if chunked else n_swa - 1
        self.longest_save = 0 if not can_save else window if n_swa and self._spare else self.n_ctx

    def close(self) -> None:
        """Free the cache and the compute buffers."""
        if self.handle:
            C.llama_free(self.handle)
            self.handle = None

    def on_abort(self, wanted: Callable[[], bool] | None) -> None:
        """Ask *wanted* at every node of the graph (CPU), so that a long batch can be left; None switches that off."""
        self._abort = C.ggml_abort_callback(lambda _data: wanted()) if wanted else C.ggml_abort_callback()
        C.llama_set_abort_callback(self.handle, self._abort, None)

    def decode(self, tokens: Sequence[int], position: int, *, all_logits: bool = False, in_place: bool = False) -> int:
        """Evaluate *tokens* (at most n_batch) from *position* on, or *in_place* all of them at it.

        Logits are those of the last one, or of all. Return llama_decode's code: 0, 1 (no room), 2 (aborted) or negative
        (failed).
        """
        recorder = self.recorder
        if recorder is None:
            return self._decode(tokens, position, all_logits=all_logits, in_place=in_place)
        recorder.begin(position, len(tokens))
        code = self._decode(tokens, position, all_logits=all_logits, in_place=in_place)
        recorder.done(len(tokens) if code == 0 else max(0, len(self) - position))
        return code

    def _decode(self, tokens: Sequence[int], position: int, *, all_logits: bool, in_place: bool) -> int:
        n = len(tokens)
        if n == 1:
            return self._single.decode(self.handle, tokens[0], position)
        ids = (C.llama_token * n)(*tokens)
        positions = (C.llama_pos * n)(*([position] * n if in_place else range(position, position + n)))
        sequence = (C.llama_seq_id * 1)(0)
        counts = (ctypes.c_int32 * n)(*([1] * n))
        sequences = (ctypes.POINTER(C.llama_seq_id) * n)(*([ctypes.cast(sequence, ctypes.POINTER(C.llama_seq_id))] * n))
        flags = (ctypes.c_int8 * n)(*([1] * n if all_logits else [0] * (n - 1) + [1]))
        batch = C.llama_batch(
            n_tokens=n, token=ids, embd=None, pos=positions, n_seq_id=counts, seq_id=sequences, logits=flags
        )
        return int(C.llama_decode(self.handle, batch))

    def logits(self, index: int = -1) -> NDArray[np.float32]:
        """Logits of output *index* of the last batch, float32 (n_vocab,): a view that the next decode overwrites."""
        pointer = C.llama_get_logits_ith(self.handle, index)
        address = ctypes.addressof(pointer.contents)
        view = self._views.get(address)
        if view is None:
            # The buffer moves when it grows; making a view takes longer than what is done with it.
            self._views = {address: np.ctypeslib.as_array(pointer, shape=(self.n_vocab,))}
            view = self._views[address]
        return view

    def cut(self, position: int) -> bool:
        """Forget everything from *position* on; False when this kind of memory cannot (then nothing is sure)."""
        if self.recorder is not None:
            self.recorder.cut(position)
        return bool(C.llama_memory_seq_rm(self._memory, 0, position, -1))

    def clear(self) -> None:
        """Forget everything."""
        if self.recorder is not None:
            self.recorder.cut(0)
        C.llama_memory_clear(self._memory, True)

    def save(self, start: int, end: int, fits: Callable[[int], bool]) -> NDArray[np.uint8] | None:
        """Copy the memory of positions *start* to *end* (at most `longest_save`; all of it when it cannot be cut).

        None when *fits* does not allow the size (bytes) or it failed; what is in the memory stays as it is.
        """
        sequence = _SPARE if self._spare else 0
        if self._spare:
            C.llama_memory_seq_cp(self._memory, 0, _SPARE, start, end)
        try:
            size = int(C.llama_state_seq_get_size(self.handle, sequence))
            kept = self.recorder.save(start, end) if self.recorder is not None else np.zeros(0, np.uint8)
            if not size or not fits(size + kept.size):
                return None
            data = np.empty(size + kept.size, np.uint8)
            data[size:] = kept  # behind what is llama.cpp's
            done = int(C.llama_state_seq_get_data(self.handle, data.ctypes.data_as(_BYTES), size, sequence))
        except MemoryError:
            return None
        finally:
            if self._spare:
                C.llama_memory_seq_rm(self._memory, _SPARE, -1, -1)
        return data if done == size else None

    def restore(self, data: NDArray[np.uint8], start: int) -> bool:
        """Put in what `save` gave, after the *start* tokens that preceded it; False: what is there is unsure."""
        sequence = _SPARE if self._spare else 0
        done = int(C.llama_state_seq_set_data(self.handle, data.ctypes.data_as(_BYTES), data.size, sequence))
        if self._spare:
            C.llama_memory_seq_cp(self._memory, _SPARE, 0, start, -1)
            C.llama_memory_seq_rm(self._memory, _SPARE, -1, -1)
        if self.recorder is None:
            return done == data.size
        return self.recorder.restore(data[done:], start, len(self))

    def __len__(self) -> int:
        return int(C.llama_memory_seq_pos_max(self._memory, 0)) + 1


class _SingleToken:
    """A batch of one token of sequence 0, made once: filling in the arrays anew costs more than all else in Python."""

    def __init__(self) -> None:
        self._token, self._position = (C.llama_token * 1)(), (C.llama_pos * 1)()
        self._sequence = (C.llama_seq_id * 1)(0)
        self._batch = C.llama_batch(
            n_tokens=1,
            token=self._token,
            embd=None,
            pos=self._position,
            n_seq_id=(ctypes.c_int32 * 1)(1),
            seq_id=(ctypes.POINTER(C.llama_seq_id) * 1)(ctypes.cast(self._sequence, ctypes.POINTER(C.llama_seq_id))),
            logits=(ctypes.c_int8 * 1)(1),
        )

    def decode(self, context: Any, token: int, position: int) -> int:
        """llama_decode's code."""
        self._token[0] = token
        self._position[0] = position
        return int(C.llama_decode(context, self._batch))


def load_error(path: str) -> ModelError:
    """Turn llama.cpp's last words into an error a person can use."""
    reason = last_error()
    marker = "unknown model architecture: '"
    if marker in reason:
        return ModelError(ErrorCode.MODEL_UNSUPPORTED, architecture=reason.split(marker)[1].split("'")[0])
    return ModelError(ErrorCode.MODEL_LOAD_FAILED, reason=reason or f"llama.cpp refused {path} without a reason")
