import pytest

from liveedge.bench import frame


@pytest.mark.parametrize("viewers", [0, 3])
async def test_every_picture_reaches_every_viewer(
    viewers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message.get("bytes"))

    monkeypatch.setattr(frame, "_send", send)
    monkeypatch.setattr(frame, "_ROUNDS", 2)
    figures = await frame.measure_frames(viewers)
    assert figures["viewers"] == viewers
    assert figures["p50_us"] >= figures["best_us"] > 0
    chunks = [message for message in sent if isinstance(message, bytes) and message[0] == 2]
    assert len(chunks) == viewers * 3 * frame._ROUND
