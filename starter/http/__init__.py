"""The front door over HTTP: the contract of DESIGN's table of calls, errors as problem+json (RFC 9457)."""
