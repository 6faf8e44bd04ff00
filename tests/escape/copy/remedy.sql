DROP TABLE pub.report;
