"""The sentences of `palaute/1` and of plain boxes: bytes in, sentences out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.panel.sentences import (
    MOST_BYTES,
    Alive,
    Button,
    Hello,
    LineReader,
    acknowledgement,
    frame,
    parse,
    plain_button,
)

words = st.text(st.characters(codec="ascii", exclude_characters=",$*\r\n\0"), min_size=1)
sentences = st.one_of(
    st.builds(Hello, words.map(lambda word: word[:20]), st.integers(3, 5), st.just("1.0")),
    st.builds(Button, st.integers(0, 65535), st.integers(0, 99), st.integers(0, 2**32)),
    st.builds(Alive, st.integers(0, 2**32), st.integers(0, 31)),
)
# Lines of noise: what a loose wire, another speed or another program leaves.
noise = st.binary(max_size=300).map(lambda data: data.replace(b"\n", b"?"))


def body_of(sentence):
    match sentence:
        case Hello(box, buttons, firmware):
            return f"PHELLO,1,{box},{buttons},{firmware}"
        case Button(seq, button, age_ms):
            return f"PBTN,{seq},{button},{age_ms}"
        case Alive(uptime_s, pressed):
            return f"PALIVE,{uptime_s},{pressed:X}"


def heard(data, reader=None):
    lines = (reader or LineReader()).feed(data)
    return [sentence for sentence in map(parse, lines) if sentence is not None]


@given(sentences)
def test_a_sentence_that_was_framed_is_read_back(sentence):
    assert heard(frame(body_of(sentence))) == [sentence]


def test_a_frame_is_the_framing_of_nmea_0183():
    """The checksum of a sentence known from the standard's world."""
    gga = "GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,"

    assert frame(gga).endswith(b"*47\r\n")
    assert acknowledgement(7) == frame("PACK,7")


@given(sentences, st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_either_line_end_and_either_case_of_the_checksum_is_understood(sentence, end, is_lower):
    body, _, checksum = frame(body_of(sentence)).rstrip().rpartition(b"*")
    line = body + b"*" + (checksum.lower() if is_lower else checksum) + end

    assert heard(line) == [sentence]


@given(sentences, st.binary(min_size=1, max_size=30).filter(lambda data: b"\n" not in data))
def test_half_a_line_before_a_whole_one_does_not_matter(sentence, half):
    whole = frame(body_of(sentence))

    assert heard((half + whole)[-MOST_BYTES:]) == [sentence]


@given(st.lists(sentences, min_size=1, max_size=10), st.integers(1, 7))
def test_a_stream_may_come_in_pieces_of_any_size(said, size):
    stream = b"".join(frame(body_of(sentence)) for sentence in said)
    reader = LineReader()

    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]

    assert [each for piece in pieces for each in heard(piece, reader)] == said


@given(st.lists(st.tuples(noise, sentences), max_size=8))
def test_good_sentences_between_lines_of_garbage_still_count(pairs):
    stream = b"".join(line + b"\n" + frame(body_of(each)) for line, each in pairs)

    found = heard(stream)

    assert found == [each for _, each in pairs]


@given(st.lists(st.binary(max_size=400)))
def test_no_bytes_at_all_make_it_raise_or_grow(pieces):
    reader = LineReader()

    for piece in pieces:
        for line in reader.feed(piece):
            assert len(line) < MOST_BYTES
            parse(line)
            plain_button(line)

        assert len(reader._line) < MOST_BYTES


def test_a_line_that_is_too_long_is_counted_once_and_dropped():
    reader = LineReader()

    lines = reader.feed(b"x" * 10_000 + b"\n" + b"y" * 500 + b"\n" + frame("PALIVE,1,0"))

    assert reader.garbage == 2
    assert [parse(line) for line in lines] == [Alive(1, 0)]


def test_a_sentence_of_eighty_bytes_is_the_longest():
    room = MOST_BYTES - len(frame("PHELLO,1,,5,1"))
    longest, too_long = (frame(f"PHELLO,1,{'x' * (room + more)},5,1") for more in (0, 1))

    assert len(longest) == MOST_BYTES
    assert heard(longest) == [Hello("x" * room, 5, "1")]
    assert heard(too_long) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "PBTN",
        "PBTN,1,1",
        "PBTN,1,1,1,1",
        "PBTN,-1,1,0",
        "PBTN,65536,1,0",
        "PBTN,1,100,0",
        "PBTN,1.5,1,0",
        "PBTN,,1,0",
        "PBTN, 1,1,0",
        "pbtn,1,1,0",
        "PHELLO,1,,5,1.0",
        "PHELLO,2,box,5,1.0",
        "PHELLO,1,box,2,1.0",
        "PHELLO,1,box,05,1.0",
        "PALIVE,x,0",
        "PALIVE,1,g",
        "PALIVE,1,-1",
        "PALIVE,1,0x1",
        "PALIVE,1,",
        "PBTN,1,1,\u0031\0",
        "PACK,1",
    ],
)
def test_a_body_that_says_nothing_known_is_no_sentence(body):
    assert heard(frame(body)) == []


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"$",
        b"$*",
        b"$PBTN,1,1,0",
        b"$PBTN,1,1,0*",
        b"$PBTN,1,1,0*0",
        b"$PBTN,1,1,0*000",
        b"$PBTN,1,1,0*ZZ",
        b"PBTN,1,1,0*37",
        b"\0\0\0",
        b"\xff\xfe$\xff*00",
    ],
)
def test_a_line_that_is_framed_wrong_is_no_sentence(line):
    assert parse(line) is None


def test_one_wrong_bit_is_noticed():
    line = frame("PBTN,1,1,0").rstrip()
    for place in range(len(line)):
        for bit in range(8):
            broken = bytearray(line)
            broken[place] ^= 1 << bit
            found = parse(bytes(broken))
            assert found in {None, Button(1, 1, 0)}, bytes(broken)
            # Only the case of the checksum's letters may differ.
            assert found is None or bytes(broken).upper() == line


@pytest.mark.parametrize("first", ["+", " ", "_", "x"])
def test_a_checksum_is_two_hexadecimal_digits_and_nothing_else(first):
    line = frame("PALIVE,2,0").rstrip()
    assert line.endswith(b"*05")
    assert parse(line) is not None

    assert parse(line[:-2] + first.encode() + line[-1:]) is None


@pytest.mark.parametrize(
    ("line", "button"),
    [
        (b"1", 1),
        (b" 5 ", 5),
        (b"9", 9),
        (b"0", None),
        (b"10", None),
        (b"1,2", None),
        (b"", None),
        (b"+1", None),
        (b"\xb2", None),
        (b"b1", None),
        (b"\x001", None),
    ],
)
def test_a_plain_line_is_a_button_number_and_nothing_else(line, button):
    assert plain_button(line) == button
