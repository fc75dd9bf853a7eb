using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Freshet.EntityFrameworkCore;

/// <summary>Freshet's tables as a model has them: column by column what the script of Freshet.Sql creates, names included.</summary>
internal static class OutboxModel
{
    /// <summary>Name of the entity type of the outbox's rows.</summary>
    public const string Outbox = "Freshet.Outbox";

    private const string Claims = "Freshet.Claims";
    private const string Operations = "Freshet.Operations";
    private const string Now = "clock_timestamp()";

    public static void AddTo(ModelBuilder model, string? schema)
    {
        model.SharedTypeEntity<Dictionary<string, object>>(Outbox, row => AddOutbox(row.ToTable("freshet_outbox", schema)));
        model.SharedTypeEntity<Dictionary<string, object>>(Claims, row => AddClaims(row.ToTable("freshet_claims", schema)));
        model.SharedTypeEntity<Dictionary<string, object>>(Operations, row => AddOperations(row.ToTable("freshet_operations", schema)));
    }

    private static void AddOutbox(EntityTypeBuilder row)
    {
        row.Column<long>("seq").UseIdentityByDefaultColumn();
        row.Column<Guid>("id").HasDefaultValueSql("gen_random_uuid()");
        row.Column<string>("keyspace").HasDefaultValue("app");
        row.Column<DateTimeOffset>("created_at").HasDefaultValueSql(Now);
        row.Column<DateTimeOffset>("due_at").HasDefaultValueSql(Now);
        row.Column<string>("trigger").HasDefaultValue("job");
        row.Column<string>("action");
        row.Column<string>("actor").IsRequired(false);
        row.Column<string>("call").HasDefaultValue("Raise");
        row.Column<string>("event").IsRequired(false);
        row.Column<string>("data").HasColumnType("json").IsRequired(false);
        row.Column<string>("invalidations").HasColumnType("json").IsRequired(false);
        row.Column<string>("cause").IsRequired(false);
        row.Column<string>("trace").IsRequired(false);
        row.Column<Guid?>("epoch").IsRequired(false);
        row.Column<long?>("position").IsRequired(false);
        row.Column<DateTimeOffset?>("appended_at").IsRequired(false);
        row.Column<int>("attempts").HasDefaultValue(0);
        row.Column<string>("error").IsRequired(false);
        row.Column<DateTimeOffset?>("set_aside_at").IsRequired(false);
        row.HasKey("seq").HasName("freshet_outbox_pkey");
        row.HasAlternateKey("id").HasName("freshet_outbox_id_key");
        row.HasIndex(["seq"], "freshet_outbox_open").HasFilter("appended_at IS NULL AND set_aside_at IS NULL");
        row.HasIndex(["appended_at"], "freshet_outbox_appended").HasFilter("appended_at IS NOT NULL");
        row.HasIndex(["seq"], "freshet_outbox_set_aside").HasFilter("set_aside_at IS NOT NULL");
    }

    private static void AddClaims(EntityTypeBuilder row)
    {
        row.Column<string>("source");
        row.Column<string>("delivery");
        row.Column<Guid>("claim");
        row.Column<DateTimeOffset>("claimed_at").HasDefaultValueSql(Now);
        row.HasKey("source", "delivery").HasName("freshet_claims_pkey");
        row.HasIndex(["claimed_at"], "freshet_claims_claimed");
    }

    private static void AddOperations(EntityTypeBuilder row)
    {
        row.Column<Guid>("id").ValueGeneratedNever();
        row.Column<string>("keyspace").HasDefaultValue("app");
        row.Column<string>("kind");
        row.Column<string>("owner").IsRequired(false);
        row.Column<string>("status").HasDefaultValue("accepted");
        row.Column<string>("input").HasColumnType("json");
        row.Column<DateTimeOffset>("accepted_at").HasDefaultValueSql(Now);
        row.Column<DateTimeOffset>("changed_at").HasDefaultValueSql(Now);
        row.Column<DateTimeOffset>("due_at").HasDefaultValueSql(Now);
        row.Column<Guid?>("lease").IsRequired(false);
        row.Column<int>("attempts").HasDefaultValue(0);
        row.Column<string>("result").HasColumnType("json").IsRequired(false);
        row.Column<string>("records").HasColumnType("json").IsRequired(false);
        row.Column<string>("failure_code").IsRequired(false);
        row.Column<string>("failure_reason").IsRequired(false);
        row.Column<string>("trace").IsRequired(false);
        row.HasKey("id").HasName("freshet_operations_pkey");
        row.HasIndex(["due_at"], "freshet_operations_due").HasFilter("status IN ('accepted', 'processing')");
        row.HasIndex(["changed_at"], "freshet_operations_finished").HasFilter("status IN ('completed', 'failed')");
    }

    // A convention of the application that names columns in its own way has no say here.
    private static PropertyBuilder<T> Column<T>(this EntityTypeBuilder row, string name) => row.IndexerProperty<T>(name).HasColumnName(name).IsRequired();
}
