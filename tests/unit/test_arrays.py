import json

import numpy as np
import pytest

from chatapp.core.arrays import decode_arrays, encode_arrays

DTYPES = (np.float16, np.float32, np.float64, np.int32, np.int64, np.uint8, np.uint16)


def test_every_type_and_shape_comes_back() -> None:
    arrays = {f"{np.dtype(d).name}-{shape}": np.arange(np.prod(shape, dtype=int), dtype=d).reshape(shape)
              for d in DTYPES for shape in [(), (0,), (3,), (2, 3), (2, 0, 4), (1, 2, 3, 4)]}  # fmt: skip
    spec, data = encode_arrays(arrays)
    back = decode_arrays(json.loads(json.dumps(spec)), data)
    assert list(back) == list(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape, name
        np.testing.assert_array_equal(back[name], array)


def test_views_and_big_endian_arrays_are_normalised() -> None:
    base = np.arange(24, dtype=np.int32).reshape(4, 6)
    arrays = {"transposed": base.T, "strided": base[::2, ::-3], "big": base.astype(">i4")}
    spec, data = encode_arrays(arrays)
    back = decode_arrays(spec, data)
    for name, array in arrays.items():
        np.testing.assert_array_equal(back[name], array)
        assert back[name].dtype.str == "<i4"


def test_special_floats_survive() -> None:
    values = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45], np.float32)
    spec, data = encode_arrays({"x": values})
    assert decode_arrays(spec, data)["x"].tobytes() == values.tobytes()


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([None], object), np.array([1j]), np.array([True])])
def test_other_types_are_refused(array: np.ndarray) -> None:
    with pytest.raises(TypeError, match="not sent"):
        encode_arrays({"x": array})


def test_what_is_decoded_cannot_be_written() -> None:
    spec, data = encode_arrays({"x": np.zeros(3)})
    with pytest.raises(ValueError, match="read-only"):
        decode_arrays(spec, data)["x"][0] = 1


@pytest.mark.parametrize(
    "spec",
    [
        None,
        {},
        "x",
        [["x", "<f4"]],
        [["x", "<f4", [1], 0]],
        [[1, "<f4", [1]]],
        [["x", "|O", [1]]],
        [["x", "<U9", [1]]],
        [["x", "f4", [1]]],
        [["x", 4, [1]]],
        [["x", ["<f4"], [1]]],
        [["x", "<f4", 1]],
        [["x", "<f4", [-1]]],
        [["x", "<f4", [-1, -1]]],
        [["x", "<f4", [1.0]]],
        [["x", "<f4", ["1"]]],
        [["x", "<f4", [2]]],
        [["x", "<f4", [0]]],
        [["x", "<f4", [2**62, 2**62]]],
        [["x", "<f4", [0, 2**70]]],
        [["x", "<f4", [2**40]]],
        [],
    ],
)
def test_a_description_that_does_not_fit_the_bytes_is_refused(spec: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_arrays(spec, b"\0\0\0\0")


def test_an_impossible_empty_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_arrays([["x", "<f4", [0, 2**70]]], b"")


def test_a_shape_of_too_many_dimensions_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_arrays([["x", "<f4", [1] * 100]], b"\0\0\0\0")


def test_no_arrays_are_no_bytes() -> None:
    assert encode_arrays({}) == ([], b"")
    assert decode_arrays([], b"") == {}
