"""Page bytes -> article: decode, page type, container, metadata, line rules."""
