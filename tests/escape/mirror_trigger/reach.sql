SELECT doc FROM pub.audit;
