REVOKE SELECT ON pub.inner_view FROM ice;
