-- The database's roles, made once per cluster by its superuser, before the first `migrate`.
--
-- Operators:  psql -U postgres -f deploy/roles.sql
--             then give the login a password (\password lapor) and make its database:
--             createdb -U postgres -O lapor -E UTF8 -T template0 lapor
--             psql -U postgres -d lapor -c 'GRANT ALL ON SCHEMA public TO lapor'
--
-- `lapor` is the only login of the system. It is not a superuser, and it does not inherit: what belongs to the vault it
-- can touch only after `SET ROLE lapor_vault`, which the code does in one module, for one transaction.
-- `lapor_vault` owns the tables that hold who the reporters are. Nobody logs in as it.
-- `lapor_ombudsman` reads the views of the schema `oversight` and nothing else. The Ombudsman's own login is made a member of
-- it by hand where there is one: CREATE ROLE name LOGIN PASSWORD '...' IN ROLE lapor_ombudsman.
-- Safe to run twice.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lapor') THEN
        CREATE ROLE lapor LOGIN NOSUPERUSER NOINHERIT NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lapor_vault') THEN
        CREATE ROLE lapor_vault NOLOGIN NOSUPERUSER NOINHERIT NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lapor_ombudsman') THEN
        CREATE ROLE lapor_ombudsman NOLOGIN NOSUPERUSER NOINHERIT NOCREATEDB NOCREATEROLE;
    END IF;
END
$$;
GRANT lapor_vault TO lapor;
GRANT lapor_ombudsman TO lapor;
