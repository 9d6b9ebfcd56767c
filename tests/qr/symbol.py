"""Reads a QR symbol back to its text: enough of ISO/IEC 18004 to prove that an image of ours says what it should.

It corrects no errors, on purpose: a symbol fresh from the printer has none.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

Matrix = list[list[bool]]  # Rows of modules, dark is true, without the quiet zone.

_MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda row, column: (row + column) % 2,
    lambda row, _: row % 2,
    lambda _, column: column % 3,
    lambda row, column: (row + column) % 3,
    lambda row, column: (row // 2 + column // 3) % 2,
    lambda row, column: row * column % 2 + row * column % 3,
    lambda row, column: (row * column % 2 + row * column % 3) % 2,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2,
)
# By version, at level M: where alignment patterns stand, and the sizes of the blocks of data.
_ALIGNMENTS = {7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46), 10: (6, 28, 50), 11: (6, 30, 54)}
_BLOCKS = {
    7: (31,) * 4,
    8: (38,) * 2 + (39,) * 2,
    9: (36,) * 3 + (37,) * 2,
    10: (43,) * 4 + (44,),
    11: (50,) + (51,) * 4,
}
_LEVEL_M = 0b00
_BYTES = 0b0100


def png_modules(image: bytes, *, scale_px: int, border: int) -> Matrix:
    """Return the modules of a PNG of one bit a pixel; asserts that the border is light all round."""
    width, height, depth, colour = struct.unpack(">IIBB", image[16:26])
    assert (width, depth, colour in {0, 3}) == (height, 1, True)
    packed = zlib.decompress(b"".join(_chunks(image, b"IDAT")))
    stride = (width + 7) // 8 + 1
    light = 1 if colour == 0 else _light_entry(image)
    pixels: Matrix = []
    above = bytes(stride - 1)
    for start in range(0, len(packed), stride):
        above = _unfiltered(packed[start], packed[start + 1 : start + stride], above)
        pixels.append([(above[x // 8] >> (7 - x % 8) & 1) != light for x in range(width)])
    modules = [row[scale_px // 2 :: scale_px] for row in pixels[scale_px // 2 :: scale_px]]
    return _without_border(modules, border)


def svg_modules(image: bytes, *, border: int) -> Matrix:
    """Return the modules of an SVG that draws dark runs as horizontal strokes."""
    text = image.decode()
    box = re.search(r'viewBox="0 0 (\d+) \d+"', text)
    scale = re.search(r"scale\((\d+)\)", text)
    strokes = re.search(r'class="qrline"[^>]* d="([^"]+)"', text)
    assert box
    assert scale
    assert strokes
    side = int(box[1]) // int(scale[1])
    modules = [[False] * side for _ in range(side)]
    x, y = 0.0, 0.0
    for command, arguments in re.findall(r"([Mmh])([-\d. ]+)", strokes[1]):
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", arguments)]
        match command:
            case "M":
                x, y = numbers
            case "m":
                x, y = x + numbers[0], y + numbers[1]
            case _:
                modules[int(y)][int(x) : int(x + numbers[0])] = [True] * int(numbers[0])
                x += numbers[0]
    return _without_border(modules, border)


def text_of(modules: Matrix) -> str:
    """Return the text of a symbol of version 7 to 11 at level M."""
    version = (len(modules) - 17) // 4
    format_bits = "".join("01"[modules[8][column]] for column in (0, 1, 2, 3, 4))
    unmasked = int(format_bits, 2) ^ 0b10101
    assert unmasked >> 3 == _LEVEL_M
    mask = _MASKS[unmasked & 0b111]
    reserved = _reserved(version, len(modules))
    bits = [
        modules[row][column] ^ (mask(row, column) == 0)
        for row, column in _path(len(modules))
        if (row, column) not in reserved
    ]
    words = [int("".join("01"[bit] for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]
    data = "".join(f"{word:08b}" for word in _uninterleaved(words, _BLOCKS[version]))
    assert int(data[:4], 2) == _BYTES
    count_bits = 8 if version < 10 else 16
    count = int(data[4 : 4 + count_bits], 2)
    start = 4 + count_bits
    return bytes(int(data[at : at + 8], 2) for at in range(start, start + 8 * count, 8)).decode("ascii")


def _chunks(image: bytes, wanted: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(image):
        (length,) = struct.unpack(">I", image[at : at + 4])
        if image[at + 4 : at + 8] == wanted:
            yield image[at + 8 : at + 8 + length]
        at += 12 + length


def _light_entry(image: bytes) -> int:
    palette = b"".join(_chunks(image, b"PLTE"))
    return 0 if palette[0] > palette[3] else 1


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    assert kind in {0, 2}, "only the filters None and Up are read here"
    return line if kind == 0 else bytes((a + b) % 256 for a, b in zip(line, above, strict=True))


def _without_border(modules: Matrix, border: int) -> Matrix:
    inner = [row[border:-border] for row in modules[border:-border]]
    assert sum(map(sum, modules)) == sum(map(sum, inner)), "the quiet zone is not quiet"
    return inner


def _reserved(version: int, side: int) -> set[tuple[int, int]]:
    cells = {(row, column) for row in range(9) for column in range(9)}
    cells |= {(row, side - 1 - column) for row in range(9) for column in range(8)}
    cells |= {(side - 1 - row, column) for row in range(8) for column in range(9)}
    cells |= {(6, each) for each in range(side)} | {(each, 6) for each in range(side)}
    cells |= {(row, side - 9 - column) for row in range(6) for column in range(3)}
    cells |= {(side - 9 - row, column) for row in range(3) for column in range(6)}
    centres = _ALIGNMENTS[version]
    corners = {(centres[0], centres[0]), (centres[0], centres[-1]), (centres[-1], centres[0])}
    for y in centres:
        for x in centres:
            if (y, x) not in corners:
                cells |= {(y + down, x + right) for down in range(-2, 3) for right in range(-2, 3)}
    return cells


def _path(side: int) -> Iterator[tuple[int, int]]:
    upward = True
    for pair in [*range(side - 1, 6, -2), *range(5, 0, -2)]:
        for row in reversed(range(side)) if upward else range(side):
            yield row, pair
            yield row, pair - 1
        upward = not upward


def _uninterleaved(words: list[int], sizes: tuple[int, ...]) -> list[int]:
    stream = iter(words)
    blocks: list[list[int]] = [[] for _ in sizes]
    for turn in range(max(sizes)):
        for block, size in zip(blocks, sizes, strict=True):
            if turn < size:
                block.append(next(stream))
    return [word for block in blocks for word in block]
