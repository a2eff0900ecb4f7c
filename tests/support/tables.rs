//! Looks for words in everything that a database keeps.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

/// The tables in which `words` stand, whatever the column, upper or lower case.
pub(crate) async fn tables_with(url: &str, words: &str) -> Vec<String> {
    assert!(words.chars().all(|c| c.is_alphanumeric() || " -_".contains(c)), "words go into a statement as they are");
    let words = words.to_lowercase();
    let found = if url.starts_with("sqlite:") { in_sqlite(url, &words).await } else { in_postgres(url, &words).await };
    assert!(found.tables > 8, "only {} tables were searched", found.tables);
    assert!(found.rows > 0, "there is nothing in the database at all");
    found.with
}

#[derive(Default)]
struct Found {
    tables: usize,
    rows: i64,
    with: Vec<String>,
}

async fn in_sqlite(url: &str, words: &str) -> Found {
    let mut found = Found::default();
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    let tables = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&mut connection).await;
    for table in tables.unwrap() {
        let table: String = table.get(0);
        let sql = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        let whole: Vec<_> = columns
            .iter()
            .map(|column| format!("COALESCE(CAST(\"{}\" AS TEXT), '')", column.get::<String, _>(0)))
            .collect();
        let sql = format!(
            "SELECT COUNT(*), COALESCE(SUM(LOWER({}) LIKE '%{words}%'), 0) FROM \"{table}\"",
            whole.join(" || ' ' || ")
        );
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        found.note(table, row.get(0), row.get(1));
    }
    found
}

async fn in_postgres(url: &str, words: &str) -> Found {
    let mut found = Found::default();
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables = sqlx::query("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'");
    for table in tables.fetch_all(&mut connection).await.unwrap() {
        let table: String = table.get(0);
        let sql =
            format!("SELECT COUNT(*), COUNT(*) FILTER (WHERE LOWER(t::text) LIKE '%{words}%') FROM \"{table}\" AS t");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        found.note(table, row.get(0), row.get(1));
    }
    found
}

impl Found {
    fn note(&mut self, table: String, rows: i64, with: i64) {
        self.tables += 1;
        self.rows += rows;
        if with > 0 {
            self.with.push(table);
        }
    }
}
