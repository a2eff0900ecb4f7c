//! Both databases have the same tables, columns, nullability and keys.

use std::collections::{BTreeMap, BTreeSet};

use kairos::store::Store;
use sqlx::{Connection, FromRow, PgConnection, SqliteConnection};

use crate::support::databases::Database;

#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name to type, and whether it may be missing.
    columns: BTreeMap<String, (String, bool)>,
    /// In order.
    primary_key: Vec<String>,
    unique: BTreeSet<Vec<String>>,
    /// Column to table, as written.
    references: BTreeSet<String>,
    /// Names of its indices.
    indices: BTreeSet<String>,
}

type Schema = BTreeMap<String, Table>;

#[derive(FromRow)]
struct Column {
    table_name: String,
    name: String,
    kind: String,
    nullable: bool,
    pk: i64,
}

#[derive(FromRow)]
struct Listed {
    table_name: String,
    name: String,
    columns: String,
}

/// What a type is called on SQLite; the same for those that are stored the same way.
fn plain_type(kind: &str) -> String {
    match kind {
        "bigint" | "boolean" | "INTEGER" => "integer",
        "text" | "TEXT" => "text",
        other => other,
    }
    .to_owned()
}

fn with_columns(columns: Vec<Column>) -> Schema {
    let mut schema = Schema::new();
    let mut keys: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
    for Column { table_name, name, kind, nullable, pk } in columns {
        if pk > 0 {
            keys.entry(table_name.clone()).or_default().insert(pk, name.clone());
        }
        schema.entry(table_name).or_default().columns.insert(name, (plain_type(&kind), nullable));
    }
    for (table, key) in keys {
        schema.entry(table).or_default().primary_key = key.into_values().collect();
    }
    schema
}

fn listed(schema: &mut Schema, rows: Vec<Listed>, mut put: impl FnMut(&mut Table, Listed)) {
    for row in rows {
        put(schema.get_mut(&row.table_name).unwrap(), row);
    }
}

fn names(columns: &str) -> Vec<String> {
    columns.split(',').map(str::to_owned).collect()
}

async fn of_sqlite(url: &str) -> Schema {
    let mut db = SqliteConnection::connect(url).await.unwrap();
    let columns = "SELECT m.name AS table_name, c.name, c.type AS kind, c.\"notnull\" = 0 AS nullable, c.pk
         FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\'";
    let mut schema = with_columns(sqlx::query_as(columns).fetch_all(&mut db).await.unwrap());
    let unique = "SELECT m.name AS table_name, i.name,
             (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS columns
         FROM sqlite_schema m, pragma_index_list(m.name) i
         WHERE m.type = 'table' AND i.origin = 'u' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\'";
    listed(&mut schema, sqlx::query_as(unique).fetch_all(&mut db).await.unwrap(), |table, row| {
        table.unique.insert(names(&row.columns));
    });
    let indices = "SELECT tbl_name AS table_name, name, '' AS columns FROM sqlite_schema
         WHERE type = 'index' AND sql IS NOT NULL";
    listed(&mut schema, sqlx::query_as(indices).fetch_all(&mut db).await.unwrap(), |table, row| {
        table.indices.insert(row.name);
    });
    let references = "SELECT m.name AS table_name, k.\"from\" AS name, k.\"table\" || ' ' || k.on_delete AS columns
         FROM sqlite_schema m, pragma_foreign_key_list(m.name) k WHERE m.type = 'table'";
    listed(&mut schema, sqlx::query_as(references).fetch_all(&mut db).await.unwrap(), |table, row| {
        table.references.insert(format!("{} to {}", row.name, row.columns));
    });
    db.close().await.unwrap();
    schema
}

async fn of_postgres(url: &str) -> Schema {
    let mut db = PgConnection::connect(url).await.unwrap();
    let columns = "SELECT c.table_name::text, c.column_name::text AS name, c.data_type::text AS kind,
             c.is_nullable = 'YES' AS nullable, COALESCE(k.ordinal_position, 0)::bigint AS pk
         FROM information_schema.columns c
         LEFT JOIN information_schema.table_constraints t
           ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY'
         LEFT JOIN information_schema.key_column_usage k
           ON k.constraint_schema = t.constraint_schema AND k.constraint_name = t.constraint_name
          AND k.column_name = c.column_name
         WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_sqlx%'";
    let mut schema = with_columns(sqlx::query_as(columns).fetch_all(&mut db).await.unwrap());
    let unique = "SELECT t.table_name::text, t.constraint_name::text AS name,
             string_agg(k.column_name::text, ',' ORDER BY k.ordinal_position) AS columns
         FROM information_schema.table_constraints t
         JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)
         WHERE t.constraint_type = 'UNIQUE' AND t.table_schema = 'public' GROUP BY 1, 2";
    listed(&mut schema, sqlx::query_as(unique).fetch_all(&mut db).await.unwrap(), |table, row| {
        table.unique.insert(names(&row.columns));
    });
    let indices = "SELECT tablename::text AS table_name, indexname::text AS name, '' AS columns FROM pg_indexes
         WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)";
    listed(&mut schema, sqlx::query_as(indices).fetch_all(&mut db).await.unwrap(), |table, row| {
        table.indices.insert(row.name);
    });
    let references = "SELECT k.table_name::text, k.column_name::text AS name,
             u.table_name::text || ' ' || r.delete_rule::text AS columns
         FROM information_schema.referential_constraints r
         JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)
         JOIN information_schema.constraint_column_usage u USING (constraint_schema, constraint_name)";
    listed(&mut schema, sqlx::query_as(references).fetch_all(&mut db).await.unwrap(), |table, row| {
        table.references.insert(format!("{} to {}", row.name, row.columns));
    });
    db.close().await.unwrap();
    schema
}

#[tokio::test]
async fn both_databases_have_the_same_schema() {
    let (file, server) = (Database::of_sqlite(), Database::of_postgres().await);
    for database in [&file, &server] {
        Store::open(&database.url).await.unwrap().close().await;
    }
    let (of_sqlite, of_postgres) = (of_sqlite(&file.url).await, of_postgres(&server.url).await);
    server.remove().await;
    assert_eq!(of_sqlite.len(), 27, "{:?}", of_sqlite.keys());
    assert_eq!(of_sqlite.keys().collect::<Vec<_>>(), of_postgres.keys().collect::<Vec<_>>());
    for (name, table) in &of_sqlite {
        assert!(!table.primary_key.is_empty(), "{name} has no primary key");
        assert_eq!(table, &of_postgres[name], "{name}: SQLite (left) and PostgreSQL (right)");
    }
    let key = ["tenant", "event_id", "trigger_id", "person_id", "step"].map(str::to_owned).to_vec();
    assert!(of_sqlite["deliveries"].unique.contains(&key));
}
