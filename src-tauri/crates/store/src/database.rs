//! One SQLite file: a writer thread, a few readers, and what SQLite's failures mean.

use crate::{
    error::{Result, StoreError},
    migrate::Migrations,
};
use rusqlite::{
    Connection, ErrorCode, OpenFlags, TransactionBehavior,
    backup::{Backup, StepResult},
};
use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Writes that may wait for the writer thread before their callers wait for room. Each caller waits for its own
/// write anyway, so this only bounds memory.
const QUEUE_LENGTH: usize = 64;
/// Reader connections kept open between calls; more are opened when more threads read at once.
const IDLE_READERS: usize = 4;
/// Prepared statements kept per connection: more than this crate has, so none is compiled twice.
const STATEMENTS: usize = 160;
/// How long to wait before asking again for a lock that SQLite's own busy handler does not wait for.
const LOCK_RETRY: Duration = Duration::from_millis(10);

/// Limits of one open database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How long a call waits for another process before it fails with [`StoreError::Locked`].
    pub busy_timeout: Duration,
    /// The size beyond which writes fail with [`StoreError::DiskFull`], in bytes; none leaves it to the disk.
    pub max_bytes: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(5), max_bytes: None }
    }
}

/// Why a piece of work inside a transaction ends early: the transaction is rolled back.
#[derive(Debug)]
pub(crate) enum Abort {
    /// SQLite failed; what that means is decided where the file is known.
    Sql(rusqlite::Error),
    /// A rule of the product refuses.
    Refused(StoreError),
}

/// What work inside a transaction returns.
pub(crate) type Step<T> = std::result::Result<T, Abort>;

impl From<rusqlite::Error> for Abort {
    fn from(error: rusqlite::Error) -> Self {
        Abort::Sql(error)
    }
}

impl From<StoreError> for Abort {
    fn from(error: StoreError) -> Self {
        Abort::Refused(error)
    }
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle on one open file. Clones share the writer thread, which ends with the last of them.
#[derive(Clone)]
pub(crate) struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    file: PathBuf,
    options: Options,
    readers: Mutex<Vec<Connection>>,
    /// None only while dropping.
    jobs: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.shared.file).finish()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // Without a sender the writer's loop ends, and its connection, the last one, moves the log into the file.
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            // A job's panic is caught and given to its caller, so the thread has none of its own to report.
            let _ = writer.join();
        }
    }
}

impl Database {
    /// Opens or creates `file`, brings its schema up to date, and starts its writer thread.
    pub fn open(file: &Path, options: Options, migrations: &Migrations) -> Result<Self> {
        let connection = open_for_writing(file, options, migrations).map_err(|abort| explain(abort, file))?;
        let (jobs, queue) = sync_channel(QUEUE_LENGTH);
        let writer = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_until_closed(connection, &queue))
            .map_err(|error| StoreError::CannotOpen { file: file.to_owned(), detail: error.to_string() })?;
        let shared = Shared {
            file: file.to_owned(),
            options,
            readers: Mutex::new(Vec::new()),
            jobs: Some(jobs),
            writer: Some(writer),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Runs `work` in an immediate transaction on the writer thread, and returns once it is committed.
    /// Any error rolls everything back. A panic does too, and then continues in the caller.
    pub fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Step<T> + Send + 'static,
    {
        let (reply, answer) = sync_channel::<std::result::Result<Step<T>, Box<dyn Any + Send>>>(1);
        let job: Job = Box::new(move |connection| {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let value = work(&transaction)?;
                transaction.commit()?;
                Ok(value)
            }));
            // The caller waits for exactly this message; it cannot be gone.
            let _ = reply.send(outcome);
        });
        let is_sent = self.shared.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        match answer.recv() {
            Ok(Ok(done)) if is_sent => done.map_err(|abort| explain(abort, &self.shared.file)),
            Ok(Err(panic)) => resume_unwind(panic),
            _ => Err(StoreError::Sqlite { file: self.shared.file.clone(), detail: "the writer has ended".into() }),
        }
    }

    /// A number that changes with every commit of another process (or another handle on the file), and with none of
    /// this one.
    pub fn foreign_mark(&self) -> Result<i64> {
        let (reply, answer) = sync_channel(1);
        let job: Job = Box::new(move |connection| {
            // The caller waits for exactly this message; it cannot be gone.
            let _ = reply.send(connection.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0)));
        });
        let is_sent = self.shared.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        match answer.recv() {
            Ok(mark) if is_sent => mark.map_err(|error| explain(error.into(), &self.shared.file)),
            _ => Err(StoreError::Sqlite { file: self.shared.file.clone(), detail: "the writer has ended".into() }),
        }
    }

    /// Runs `work` on a reader connection, in one transaction: everything it reads is of one moment.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Step<T>) -> Result<T> {
        self.try_read(work).map_err(|abort| explain(abort, &self.shared.file))
    }

    fn try_read<T>(&self, work: impl FnOnce(&Connection) -> Step<T>) -> Step<T> {
        let idle = self.readers().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => open_for_reading(&self.shared.file, self.shared.options)?,
        };
        let transaction = connection.transaction()?;
        let value = work(&transaction)?;
        transaction.finish()?;
        let mut readers = self.readers();
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        Ok(value)
    }

    fn readers(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // Only pushes and pops happen under the lock, so a panic elsewhere leaves the list sound.
        self.shared.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies everything, as of one moment, to `path` by way of a file beside it.
    pub fn backup_to(&self, path: &Path) -> Result<()> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let cannot = |error: &dyn fmt::Display, file: &Path| StoreError::CannotOpen {
            file: file.to_owned(),
            detail: error.to_string(),
        };
        remove_if_there(&partial).map_err(|error| cannot(&error, &partial))?;
        let copied = self.try_copy(&partial).map_err(|abort| explain(abort, &partial));
        let placed = copied.and_then(|()| std::fs::rename(&partial, path).map_err(|error| cannot(&error, path)));
        if placed.is_err() {
            // Best effort: the first failure is the one worth reporting.
            let _ = remove_if_there(&partial);
        }
        placed
    }

    fn try_copy(&self, to: &Path) -> Step<()> {
        copy(&open_for_reading(&self.shared.file, self.shared.options)?, &self.shared.file, to)
    }
}

/// Copies the database `file`, which `from` has open, to `to`.
pub(crate) fn copy(from: &Connection, file: &Path, to: &Path) -> Step<()> {
    let mut to = Connection::open(to)?;
    // All pages in one step: a read lock for the whole copy, which in WAL mode keeps no writer waiting.
    if Backup::new(from, &mut to)?.step(-1)? != StepResult::Done {
        return Err(StoreError::Locked { file: file.to_owned() }.into());
    }
    to.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn remove_if_there(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write_until_closed(mut connection: Connection, queue: &Receiver<Job>) {
    while let Ok(job) = queue.recv() {
        job(&mut connection);
    }
}

fn open_for_writing(file: &Path, options: Options, migrations: &Migrations) -> Step<Connection> {
    let mut connection = Connection::open(file)?;
    configure(&connection, options)?;
    // SQLite opens a file that it may not write as a read-only one and only says so at the first write.
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly { file: file.to_owned() }.into());
    }
    // Readers do not wait for the writer nor the writer for readers, and a commit is one sequential append.
    let deadline = Instant::now() + options.busy_timeout;
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            // Two processes that switch a new file at once: SQLite refuses one without waiting, to avoid a deadlock.
            Err(error) if is_busy(&error) && Instant::now() < deadline => thread::sleep(LOCK_RETRY),
            other => break other?,
        }
    }
    // With the log, a commit survives the end of any process without a flush; only a loss of power can take the last
    // commits, never the consistency. A flush for each commit would cost milliseconds.
    connection.pragma_update(None, "synchronous", "normal")?;
    // Moving the log into the file takes milliseconds, and whoever commits then waits for it. At SQLite's own 4 MB that
    // is one claim in a hundred; at 16 MB the log is still read back in a moment after a crash.
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    // A log that one large write has grown is cut back to 64 MiB at the next checkpoint.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    if let Some(max_bytes) = options.max_bytes {
        let page: u64 = connection.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0))?.into();
        let pages = u32::try_from(max_bytes / page.max(1)).unwrap_or(u32::MAX);
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    migrations.apply(&mut connection, file)?;
    Ok(connection)
}

pub(crate) fn open_for_reading(file: &Path, options: Options) -> Step<Connection> {
    // Not SQLITE_OPEN_READ_ONLY: a reader of a log-mode file takes part in its shared-memory index.
    let connection =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&connection, options)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn configure(connection: &Connection, options: Options) -> Step<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Another process may hold the write lock for a moment; waiting is right, and failing at once would be noise.
    connection.busy_timeout(options.busy_timeout)?;
    // Off by default in SQLite, for compatibility with files of 2009.
    connection.pragma_update(None, "foreign_keys", true)?;
    // The file may have been written by something else; its views and triggers may only call harmless functions.
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}

pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The one place where SQLite's failures get a meaning.
pub(crate) fn explain(abort: Abort, file: &Path) -> StoreError {
    let error = match abort {
        Abort::Refused(error) => return error,
        Abort::Sql(error) => error,
    };
    let (file, detail) = (file.to_owned(), error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { file },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly { file },
        Some(ErrorCode::DiskFull) => StoreError::DiskFull { file },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt { file, detail },
        Some(ErrorCode::CannotOpen) => StoreError::CannotOpen { file, detail },
        _ => StoreError::Sqlite { file, detail },
    }
}
