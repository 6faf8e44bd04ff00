REVOKE SELECT (line) ON pub.nightly FROM ice;
