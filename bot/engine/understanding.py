"""How a message was understood, in the shape that the app and the tools read."""

from typing import Any


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
