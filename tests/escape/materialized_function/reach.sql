SELECT * FROM pub.report;
