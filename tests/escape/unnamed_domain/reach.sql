SELECT 1::pub.number;
