"""The requirements of OWASP ASVS 5.0 that docs/reference/asvs.md answers: each control is taken out, and missed."""
