\connect -reuse-previous=on "replication=database"
BASE_BACKUP;
