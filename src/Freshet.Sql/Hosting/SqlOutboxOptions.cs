namespace Freshet.Sql;

/// <summary>Settings of the outbox. Bound from the configuration section <c>Freshet:Outbox</c>.</summary>
public sealed class SqlOutboxOptions
{
    /// <summary>Name of the configuration section: <c>Freshet:Outbox</c>.</summary>
    public const string Section = "Freshet:Outbox";

    /// <summary>Where the database is that the writes go to, never a replica of it. Default: null, what <c>UsePostgresOutbox</c> or <c>UseSqliteOutbox</c> was given.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Schema of the tables on PostgreSQL. Default: null, the first of the connection's <c>search_path</c>. Means nothing on SQLite.</summary>
    public string? Schema { get; set; }

    /// <summary>Whether tables that are missing are created when the application starts. Default: false, which refuses to start and names the script.</summary>
    public bool CreateTables { get; set; }

    /// <summary>Whether the statements that every action runs are prepared on PostgreSQL, once per connection. Default: true.</summary>
    /// <remarks>Set it to false behind a pooler that gives each transaction another connection and does not carry prepared statements along.</remarks>
    public bool PrepareStatements { get; set; } = true;

    /// <summary>How long after it was written a row is left to its own action, before the relay of any node appends it. Default: 2 seconds. From zero to 1 minute.</summary>
    /// <remarks>After a crash, this long plus <see cref="PollInterval"/> passes until other nodes learn of a committed write. An action that takes longer loses nothing: whoever comes second finds the record there.</remarks>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a relay looks for rows that are due. Default: 1 second. At least 10 ms, at most 1 minute.</summary>
    /// <remarks>A program in another language that writes rows may ring for the relays on PostgreSQL, with <c>NOTIFY freshet_outbox</c>.</remarks>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most rows a relay appends in one step. Default: 500. At least 1, at most 10,000.</summary>
    public int BatchSize { get; set; } = 500;

    /// <summary>How long the end of an action waits for the database to say what is committed, before it answers that its records are pending. Default: 2 seconds. At least 10 ms, at most 1 minute.</summary>
    public TimeSpan LookUpTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long rows are kept after they were appended. Default: 1 hour. At least 1 minute, at most 365 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long claims of deliveries are kept: for that long a second delivery is known as one. Default: 30 days. At least 1 hour, at most 3650 days.</summary>
    public TimeSpan ClaimRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often a row that cannot be appended is tried, ever more seldom, before it is set aside. Default: 10, in a quarter of an hour. At least 1, at most 100.</summary>
    public int MaxAttempts { get; set; } = 10;

    /// <summary>After a log that nodes share has lost records, how far back records are appended again. Default: 10 minutes. From zero to <see cref="Retention"/>.</summary>
    public TimeSpan AppendAgainWithin { get; set; } = TimeSpan.FromMinutes(10);

    internal TimeSpan PruneInterval { get; set; } = TimeSpan.FromMinutes(1);

    internal bool Listens { get; set; } = true;

    internal int PruneBatchSize { get; set; } = 5_000;
}
