-- schema: the warehouse, a database of its own on the register's server, with what reports are made from.
CREATE ROLE stock_owner NOLOGIN;
CREATE SCHEMA stock AUTHORIZATION stock_owner;
CREATE EXTENSION postgres_fdw;

SET LOCAL ROLE stock_owner;

-- Filled every night by a job that knows both databases; a correction in the register does not come here.
CREATE TABLE stock.arrest_extract (
    arrest_id    integer     NOT NULL PRIMARY KEY,
    person_id    integer     NOT NULL,
    arrested_at  timestamptz NOT NULL,
    charge       text        NOT NULL,
    district     text        NOT NULL,
    release_at   timestamptz,
    is_sealed    boolean     NOT NULL,
    is_juvenile  boolean,
    extracted_at timestamptz NOT NULL DEFAULT now()
);

-- Somebody copied the cards for a project, and left them here.
CREATE TABLE stock.gang_extract (
    card_id     integer NOT NULL,
    person_id   integer NOT NULL,
    designation text,
    filed_on    date    NOT NULL,
    is_sealed   boolean NOT NULL,
    is_juvenile boolean NOT NULL
);

RESET ROLE;
