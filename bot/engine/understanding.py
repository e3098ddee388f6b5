"""How a message was understood, in the shape that the app and the tools read."""

from typing import Any


def answer_of(
    replies: list[dict[str, Any]], parse_data: dict[str, Any], model: str | None
) -> dict[str, Any]:
    """The answer to a message as the app reads it; `model` is the id of the model."""
    told = understood(parse_data)
    kept = {name: told[name] for name in ("intent", "confidence", "ranking")}
    return {"replies": replies, **kept, "model": model}


def understood(parse_data: dict[str, Any]) -> dict[str, Any]:
    """Rasa's parse data as intent, confidence, ranking and entities."""
    intent = parse_data.get("intent") or {}
    ranking = parse_data.get("intent_ranking") or []
    return {
        "intent": str(intent.get("name") or ""),
        "confidence": float(intent.get("confidence") or 0.0),
        "ranking": [
            {"name": str(rank["name"]), "confidence": float(rank["confidence"])}
            for rank in ranking
        ],
        "entities": [dict(entity) for entity in parse_data.get("entities") or []],
    }
