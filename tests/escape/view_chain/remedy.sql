REVOKE SELECT ON pub.first FROM mid;
