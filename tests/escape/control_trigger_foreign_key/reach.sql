DELETE FROM pub.folder;
