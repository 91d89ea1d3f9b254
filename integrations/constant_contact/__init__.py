"""A client for Constant Contact's V3 API: knows the wire, and nothing of members, groups or Django."""
