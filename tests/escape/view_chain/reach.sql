SELECT code FROM pub.second;
