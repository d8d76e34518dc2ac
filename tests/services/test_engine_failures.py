import pytest

from chatapp.core.errors import ErrorCode
from chatapp.services.engine_failures import Outcome, explain


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(crashed=True, code=9, stderr=""), ErrorCode.ENGINE_OUT_OF_MEMORY),
        (Outcome(crashed=True, code=9, stderr="llama_context: n_ctx_seq (8192) < n_ctx_train (32768)"),
         ErrorCode.ENGINE_OUT_OF_MEMORY),
        (Outcome(crashed=True, code=6, stderr="ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer"),
         ErrorCode.ENGINE_OUT_OF_MEMORY),
        (Outcome(crashed=True, code=6, stderr="CUDA error: an illegal memory access was encountered"),
         ErrorCode.ENGINE_GPU),
        (Outcome(crashed=True, code=6, stderr="terminate called: vk::DeviceLostError"), ErrorCode.ENGINE_GPU),
        (Outcome(crashed=True, code=6, stderr="GGML_ASSERT(x) failed"), ErrorCode.ENGINE_CRASHED),
        (Outcome(crashed=False, code=3, stderr=""), ErrorCode.ENGINE_CRASHED),
    ],
)  # fmt: skip
def test_the_last_words_decide_what_is_said(outcome: Outcome, code: ErrorCode) -> None:
    assert explain(outcome).code is code


def test_the_tail_of_stderr_is_kept_for_the_details() -> None:
    error = explain(Outcome(crashed=True, code=11, stderr="\n".join(f"line {n}" for n in range(100))))
    assert "SIGSEGV" in error.message
    assert error.details.splitlines()[-1] == "line 99"
    assert len(error.details.splitlines()) == 12
