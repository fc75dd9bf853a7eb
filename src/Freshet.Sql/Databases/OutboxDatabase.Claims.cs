namespace Freshet.Sql;

/// <remarks>Deliveries of webhooks: each is worked off once.</remarks>
internal abstract partial class OutboxDatabase
{
    /// <summary>Takes a claim in the caller's transaction.</summary>
    /// <returns>False when the delivery is somebody else's: worked off, and committed.</returns>
    public async Task<bool> TryClaimAsync(OpenTransaction within, DeliveryClaim claim, CancellationToken cancellationToken)
    {
        var take = within.CreateCommand();
        await using (take.ConfigureAwait(false))
        {
            // Two deliveries at once: the second waits here for the first one's transaction to end.
            take.CommandText = $"INSERT INTO {ClaimsTable} (source, delivery, claim) VALUES (@source, @delivery, @claim) ON CONFLICT (source, delivery) DO NOTHING";
            AddText(take, "source", claim.Source);
            AddText(take, "delivery", claim.Delivery);
            AddId(take, "claim", claim.Id);
            if (await within.ExecuteNonQueryAsync(take, cancellationToken).ConfigureAwait(false) > 0) return true;
        }
        var look = within.CreateCommand();
        await using (look.ConfigureAwait(false))
        {
            look.CommandText = $"SELECT claim FROM {ClaimsTable} WHERE source = @source AND delivery = @delivery";
            AddText(look, "source", claim.Source);
            AddText(look, "delivery", claim.Delivery);
            return await within.ExecuteScalarAsync(look, cancellationToken).ConfigureAwait(false) is { } holder && IdOf(holder) == claim.Id;
        }
    }

    public Task<bool> IsClaimedAsync(DeliveryClaim claim, CancellationToken cancellationToken) => WithAsync(async command =>
    {
        command.CommandText = $"SELECT 1 FROM {ClaimsTable} WHERE source = @source AND delivery = @delivery";
        AddText(command, "source", claim.Source);
        AddText(command, "delivery", claim.Delivery);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
    }, cancellationToken);
}
