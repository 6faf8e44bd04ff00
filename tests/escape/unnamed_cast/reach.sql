SELECT CAST(ROW(1)::pub.key AS text);
