REVOKE ALL ON pub.desk FROM ice;
