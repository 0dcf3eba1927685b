using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace MedCloud.Ingest.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Instances",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Tenant = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    StudyInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SeriesInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SopInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SopClassUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Revision = table.Column<int>(type: "integer", nullable: false),
                    IsCurrent = table.Column<bool>(type: "boolean", nullable: false),
                    TransferSyntaxUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    ContentHash = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    BlobKey = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    ReceivedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Instances", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Recordings",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Tenant = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SopInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Revision = table.Column<int>(type: "integer", nullable: false),
                    Body = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    SentAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Recordings", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Requests",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    AnalysisId = table.Column<Guid>(type: "uuid", nullable: false),
                    Tenant = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    StudyInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SeriesInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SopInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Revision = table.Column<int>(type: "integer", nullable: false),
                    ModelName = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    BlobKey = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Stat = table.Column<bool>(type: "boolean", nullable: false),
                    ReceivedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    State = table.Column<int>(type: "integer", nullable: false),
                    Suspect = table.Column<bool>(type: "boolean", nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    SentAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    DueAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LastEnd = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Requests", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Series",
                columns: table => new
                {
                    Tenant = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    StudyInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SeriesInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Series", x => new { x.Tenant, x.StudyInstanceUid, x.SeriesInstanceUid });
                });

            migrationBuilder.CreateTable(
                name: "Studies",
                columns: table => new
                {
                    Tenant = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    StudyInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Stat = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Studies", x => new { x.Tenant, x.StudyInstanceUid });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Instances_BlobKey",
                table: "Instances",
                column: "BlobKey",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Instances_Tenant_SopInstanceUid_Revision",
                table: "Instances",
                columns: new[] { "Tenant", "SopInstanceUid", "Revision" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Instances_Tenant_StudyInstanceUid_SeriesInstanceUid",
                table: "Instances",
                columns: new[] { "Tenant", "StudyInstanceUid", "SeriesInstanceUid" });

            migrationBuilder.CreateIndex(
                name: "IX_Recordings_SentAt_Id",
                table: "Recordings",
                columns: new[] { "SentAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Recordings_Tenant_SopInstanceUid_Revision",
                table: "Recordings",
                columns: new[] { "Tenant", "SopInstanceUid", "Revision" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Requests_AnalysisId",
                table: "Requests",
                column: "AnalysisId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Requests_ModelName_Stat_SentAt",
                table: "Requests",
                columns: new[] { "ModelName", "Stat", "SentAt" },
                filter: "\"State\" = 4");

            migrationBuilder.CreateIndex(
                name: "IX_Requests_State_ModelName_Suspect_Stat_Attempts_Id",
                table: "Requests",
                columns: new[] { "State", "ModelName", "Suspect", "Stat", "Attempts", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Requests_Tenant_StudyInstanceUid",
                table: "Requests",
                columns: new[] { "Tenant", "StudyInstanceUid" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Instances");

            migrationBuilder.DropTable(
                name: "Recordings");

            migrationBuilder.DropTable(
                name: "Requests");

            migrationBuilder.DropTable(
                name: "Series");

            migrationBuilder.DropTable(
                name: "Studies");
        }
    }
}
