using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MedCloud.Ingest.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class IndexesByUid : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Requests_Tenant_StudyInstanceUid",
                table: "Requests");

            migrationBuilder.DropIndex(
                name: "IX_Recordings_Tenant_SopInstanceUid_Revision",
                table: "Recordings");

            migrationBuilder.DropIndex(
                name: "IX_Instances_Tenant_SopInstanceUid_Revision",
                table: "Instances");

            migrationBuilder.DropIndex(
                name: "IX_Instances_Tenant_StudyInstanceUid_SeriesInstanceUid",
                table: "Instances");

            migrationBuilder.CreateIndex(
                name: "IX_Requests_StudyInstanceUid_Tenant",
                table: "Requests",
                columns: new[] { "StudyInstanceUid", "Tenant" });

            migrationBuilder.CreateIndex(
                name: "IX_Recordings_SopInstanceUid_Tenant_Revision",
                table: "Recordings",
                columns: new[] { "SopInstanceUid", "Tenant", "Revision" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Instances_SopInstanceUid_Tenant_Revision",
                table: "Instances",
                columns: new[] { "SopInstanceUid", "Tenant", "Revision" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Instances_StudyInstanceUid_SeriesInstanceUid_Tenant",
                table: "Instances",
                columns: new[] { "StudyInstanceUid", "SeriesInstanceUid", "Tenant" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Requests_StudyInstanceUid_Tenant",
                table: "Requests");

            migrationBuilder.DropIndex(
                name: "IX_Recordings_SopInstanceUid_Tenant_Revision",
                table: "Recordings");

            migrationBuilder.DropIndex(
                name: "IX_Instances_SopInstanceUid_Tenant_Revision",
                table: "Instances");

            migrationBuilder.DropIndex(
                name: "IX_Instances_StudyInstanceUid_SeriesInstanceUid_Tenant",
                table: "Instances");

            migrationBuilder.CreateIndex(
                name: "IX_Requests_Tenant_StudyInstanceUid",
                table: "Requests",
                columns: new[] { "Tenant", "StudyInstanceUid" });

            migrationBuilder.CreateIndex(
                name: "IX_Recordings_Tenant_SopInstanceUid_Revision",
                table: "Recordings",
                columns: new[] { "Tenant", "SopInstanceUid", "Revision" },
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
        }
    }
}
