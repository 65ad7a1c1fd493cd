"""Kafka and the embedded bus behind one small interface, and the stage runner."""
