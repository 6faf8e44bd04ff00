UPDATE pub.unit SET district = -1;
